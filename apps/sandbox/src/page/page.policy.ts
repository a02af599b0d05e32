import type { ProviderSimulator } from '../core/simulator.ts';

/** What the page needs to know about the providers. */
export const factsOf = (simulators: readonly ProviderSimulator[]) => ({
  simulators: simulators.map(({ name, label, page: { icon, callback, usualCallback: usual } }) => ({
    name,
    label,
    icon,
    callback,
    usual,
  })),
  ownFields: simulators.flatMap(({ faultFields }) => Object.keys(faultFields)),
});

/**
 * Only the page's own scripts may run. A mail in its iframe inherits the policy: its inline styles apply, but its
 * scripts and remote images are not loaded.
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
