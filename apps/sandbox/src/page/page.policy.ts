import type { ProviderSimulator } from '../core/simulator.ts';

/** The page's script of what it has to know of the providers; the others are files in `public/`. */
export function simulatorsScript(simulators: readonly ProviderSimulator[]): string {
  const known = simulators.map(({ name, label, page: { icon, callback, usualCallback: usual } }) => ({
    name,
    label,
    icon,
    callback,
    usual,
  }));
  const ownFields = simulators.flatMap(({ faultFields }) => Object.keys(faultFields));
  const constant = (name: string, value: unknown) => `export const ${name} = ${JSON.stringify(value)};\n`;
  return constant('simulators', known) + constant('ownFields', ownFields);
}

/**
 * Only the page's own scripts may run. A mail in its iframe inherits the policy: its inline styles show, while its
 * scripts and remote pictures do not load.
 */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
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
