/** The paths of a provider's API, and those of them where a POST sends a message. */
export interface SimulatedApi {
  paths: RegExp;
  send?: RegExp;
}

export interface ProviderRequest {
  /** The name of its simulator. */
  provider: string;
  method: string;
  /** Without the query. */
  path: string;
  /** Whether it would send a message. */
  sends: boolean;
}

/** The provider whose API a request is for, as all share one address; null for the sandbox's own pages. */
export function classify(
  method: string,
  url: string,
  simulators: readonly { name: string; apis: readonly SimulatedApi[] }[],
): ProviderRequest | null {
  const path = url.split('?', 1)[0] ?? url;
  for (const { name, apis } of simulators) {
    const api = apis.find(({ paths }) => paths.test(path));
    if (api) return { provider: name, method, path, sends: method === 'POST' && (api.send?.test(path) ?? false) };
  }
  return null;
}

/** The recipients in the body of a request that sends, in any provider's form; none where it cannot be parsed. */
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
