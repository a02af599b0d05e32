export interface ProviderRequest {
  provider: 'sendgrid' | 'resend' | 'twilio';
  method: string;
  /** Without the query. */
  path: string;
  /** Whether it asks to send something. */
  sends: boolean;
}

type Api = Pick<ProviderRequest, 'provider'> & { paths: RegExp; send?: RegExp };

/** Whose API a path belongs to: the three share one address here. */
const apis: readonly Api[] = [
  { provider: 'sendgrid', paths: /^\/v3\//, send: /^\/v3\/mail\/send$/ },
  { provider: 'twilio', paths: /^\/2010-04-01\//, send: /\/Messages\.json$/ },
  { provider: 'twilio', paths: /^\/v1\/(Services|Content|ContentAndApprovals)(\/|$)/ },
  {
    provider: 'resend',
    paths: /^\/(emails|domains|webhooks|templates|api-keys|suppressions)(\/|$)/,
    send: /^\/emails(\/batch)?$/,
  },
];

/** Whose API a request is for; null for the sandbox's own pages. */
export function classify(method: string, url: string): ProviderRequest | null {
  const path = url.split('?', 1)[0] ?? url;
  const api = apis.find(({ paths }) => paths.test(path));
  return api
    ? { provider: api.provider, method, path, sends: method === 'POST' && (api.send?.test(path) ?? false) }
    : null;
}

/** The recipients that the body of a send names, by any provider's form; whatever cannot be read names none. */
export function recipientsOf(body: unknown): string[] {
  if (Array.isArray(body)) return body.flatMap(recipientsOf);
  if (typeof body !== 'object' || body === null) return [];
  const { to, cc, bcc, To, personalizations } = body as Record<string, unknown>;
  return [...[to, cc, bcc, To].flatMap(addresses), ...recipientsOf(personalizations)];
}

function addresses(given: unknown): string[] {
  if (Array.isArray(given)) return given.flatMap(addresses);
  if (typeof given === 'string') return [/<([^<>]+)>$/.exec(given)?.[1] ?? given];
  const { email } = (given ?? {}) as { email?: unknown };
  return typeof email === 'string' ? [email] : [];
}
