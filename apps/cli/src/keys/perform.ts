import { makeKey } from '../../../reporting/src/access/key/api-key.ts';
import type { ApiKeyList, ApiKeyResponse, MadeKeyResponse } from '../../../reporting/src/access/key/responses.ts';
import type { Env } from '../environment/env.ts';
import { ReportingApi } from '../environment/reporting-api.ts';

/** Makes a key and shows it. @param order what the API takes */
export async function create(env: Env, order: object, json: boolean): Promise<number> {
  const made = await new ReportingApi(env).call<MadeKeyResponse>('POST', 'keys', order);
  if (json) console.log(JSON.stringify(made, null, 2));
  else {
    // The key alone on standard output, so that it can be piped into a secret store.
    console.error(`${lineOf(made)}\nThis is the key. It is shown this once, and stored nowhere:`);
    console.log(made.key);
  }
  return 0;
}

export async function list(env: Env, all: boolean, json: boolean): Promise<number> {
  const keys = await allPages(new ReportingApi(env), all);
  if (json) console.log(JSON.stringify({ keys }, null, 2));
  else console.log([...keys.map(lineOf), `${keys.length} key(s).`].join('\n'));
  return 0;
}

export async function revoke(env: Env, id: string, json: boolean): Promise<number> {
  const revoked = await new ReportingApi(env).call<ApiKeyResponse>('POST', `keys/${encodeURIComponent(id)}/revoke`);
  console.log(json ? JSON.stringify(revoked, null, 2) : lineOf(revoked));
  return 0;
}

export function generate(): number {
  console.log(makeKey().key);
  return 0;
}

async function allPages(api: ReportingApi, all: boolean): Promise<ApiKeyResponse[]> {
  const keys: ApiKeyResponse[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: ApiKeyList = await api.call('GET', `keys?limit=200&ended=${all}&cursor=${cursor}`);
    keys.push(...page.items);
    cursor = page.nextCursor;
  }
  return keys;
}

function lineOf({
  id,
  name,
  scopes,
  tenants,
  state,
  expiresAt,
  revokedAt,
  revokedBy,
  lastUsedAt,
}: ApiKeyResponse): string {
  const ended = state === 'revoked' ? `revoked ${revokedAt} by ${revokedBy}` : expiresAt && `expires ${expiresAt}`;
  return [
    id,
    state.padEnd(7),
    scopes.join('+').padEnd(12),
    tenants === 'all' ? 'all tenants' : tenants.join(','),
    lastUsedAt ? `used ${lastUsedAt}` : 'never used',
    ...(ended ? [ended] : []),
    name,
  ].join('  ');
}
