import { createHash } from 'node:crypto';
import type { ProviderSimulator } from '../core/simulator.ts';
import { callbacks } from './page.callbacks.ts';
import { faults } from './page.faults.ts';
import { loop } from './page.loop.ts';
import { markup } from './page.markup.ts';
import { script } from './page.script.ts';
import { styles } from './page.styles.ts';

export interface Page {
  html: string;
  headers: Readonly<Record<string, string>>;
}

/** The whole page: one document that asks for nothing else. */
export function pageOf(simulators: readonly ProviderSimulator[]): Page {
  const code = factsOf(simulators) + script + faults + callbacks + loop;
  return { html: documentOf(code), headers: headersOf(code) };
}

/** What the script has to know of the providers. */
function factsOf(simulators: readonly ProviderSimulator[]): string {
  const known = simulators.map(({ name, label, page: { icon, callback, usualCallback: usual } }) => ({
    name,
    label,
    icon,
    callback,
    usual,
  }));
  const ownFields = simulators.flatMap(({ faultFields }) => Object.keys(faultFields));
  return `
'use strict';
const simulators = ${JSON.stringify(known)};
const ownFields = ${JSON.stringify(ownFields)};`;
}

const documentOf = (code: string) => `<!doctype html>
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

/**
 * Only this very script may run. A mail in its iframe inherits the policy: its inline styles show, while its
 * scripts and remote pictures do not load.
 */
const headersOf = (code: string): Page['headers'] => ({
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    `script-src 'sha256-${createHash('sha256').update(code).digest('base64')}'`,
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
});
