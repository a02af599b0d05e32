import { createHash } from 'node:crypto';
import { callbacks } from './page.callbacks.ts';
import { faults } from './page.faults.ts';
import { loop } from './page.loop.ts';
import { markup } from './page.markup.ts';
import { script } from './page.script.ts';
import { styles } from './page.styles.ts';

const code = script + faults + callbacks + loop;

/** The whole page: one document that asks for nothing else. */
export const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Messaging sandbox</title>
<style>${styles}</style>
</head>
<body>
${markup}
<script>${code}</script>
</body>
</html>
`;

const scriptHash = createHash('sha256').update(code).digest('base64');

/**
 * Only this very script may run. A mail in its iframe inherits the policy: its inline styles show, while its
 * scripts and remote pictures do not load.
 */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    `script-src 'sha256-${scriptHash}'`,
    "style-src 'unsafe-inline'",
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};
