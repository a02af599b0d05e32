/** Small, plain pages without scripts and pictures, so that opening one reports nothing to anybody. */
export interface Page {
  status: number;
  headers: Record<string, string>;
  html: string;
}

const headers = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-robots-tag': 'noindex',
};

/**
 * Opening the page changes nothing, because scanners follow every link of a mail. The button does the same as a mail
 * program's one click.
 */
export const askPage: Page = page(200, 'Unsubscribe', [
  '<p>Do you want no more of these e-mails?</p>',
  '<form method="post"><input type="hidden" name="List-Unsubscribe" ' +
    'value="One-Click"><button>Unsubscribe</button></form>',
]);

export const donePage: Page = page(200, 'Unsubscribed', [
  '<p>You are unsubscribed. What is already on its way may still arrive.</p>',
]);

/** A fault of ours: 2xx all the same, because a retry by the mail program would fail again. */
export const keptPage: Page = page(202, 'Noted', [
  '<p>Your request is noted, and a person will carry it out. Until then e-mails may still arrive.</p>',
]);

export const unknownPage: Page = page(404, 'Unknown link', [
  '<p>This link is not valid. It may have been cut off: please use the whole link of the e-mail.</p>',
]);

const RETRY_AFTER_S = 30;

export const laterPage: Page = withHeaders(
  page(503, 'Please try again', ['<p>This cannot be done at the moment. Please try again in a minute.</p>']),
  { 'retry-after': String(RETRY_AFTER_S) },
);

function page(status: number, title: string, body: string[]): Page {
  const style =
    'body{font:18px/1.5 system-ui,sans-serif;max-width:32em;margin:15vh auto;padding:0 1em}' +
    'button{font:inherit;padding:.5em 1.5em}';
  const html =
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" ' +
    `content="width=device-width"><title>${title}</title><style>${style}</style></head>` +
    `<body><h1>${title}</h1>${body.join('')}</body></html>`;
  return { status, headers, html };
}

function withHeaders(of: Page, more: Record<string, string>): Page {
  return { ...of, headers: { ...of.headers, ...more } };
}
