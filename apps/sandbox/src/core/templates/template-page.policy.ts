import type { Content, TemplateInfo } from '#libs/templates';

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const document = (title: string, inside: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem; max-width: 60rem }
pre { background: #f3f4f6; padding: 1rem; white-space: pre-wrap }
iframe { width: 100%; height: 40rem; border: 1px solid #d5d9de }
.wrong { color: #b42318 }
</style></head>
<body>${inside}</body></html>
`;

/** All templates and their errors. */
export function listPage(infos: readonly TemplateInfo[], problems: readonly string[]): string {
  const rows = infos.map(({ name, version, newest, channels, declaration }) => {
    const links = channels
      .map((channel) => `<a href="/previews/${name}?version=${version}&amp;channel=${channel}">${channel}</a>`)
      .join(', ');
    return (
      `<li><strong>${name}</strong> ${version}${newest ? '' : ' (older)'}: ${escaped(declaration.description)} ` +
      `Preview: ${links}</li>`
    );
  });
  const wrong = problems.map((problem) => `<li class="wrong">${escaped(problem)}</li>`);
  return document(
    'Templates',
    `<h1>Templates</h1><ul>${wrong.join('')}${rows.join('')}</ul><p><a href="/">Inbox</a></p>`,
  );
}

/** A rendered message; the mail may run no scripts and load only images. */
export function previewPage(name: string, version: string, { subject, text, html, body }: Content): string {
  const parts = [
    `<h1>${escaped(name)} ${version}</h1><p>With the examples of its template.yaml. <a href="/previews">All ` +
      'templates</a></p>',
    subject === undefined ? '' : `<h2>${escaped(subject)}</h2>`,
    html === undefined ? '' : `<iframe sandbox title="HTML" srcdoc="${escaped(html)}"></iframe>`,
    `<pre>${escaped(text ?? body ?? '')}</pre>`,
  ];
  return document(`${name} ${version}`, parts.join('\n'));
}

export const templatePageHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; img-src data: https:; base-uri 'none'; form-action 'none'; " +
    "frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};
