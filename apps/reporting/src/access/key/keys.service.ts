import { badRequest, Cursor } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import type { AuditAction, AuditEntry } from '../audit/audit.port.ts';
import { beyondGrant, type Caller, maySeeAll, shownTenants, type Tenants } from '../caller.policy.ts';
import { beyondYours, keyNotFound } from '../problems.ts';
import { makeKey } from './api-key.ts';
import { ApiKeys, type KeyRow } from './keys.port.ts';
import type { KeyOrder, KeyQuery, Parsed } from './requests.ts';
import type { ApiKeyList, ApiKeyResponse, MadeKeyResponse } from './responses.ts';

const cursors = new Cursor({ id: /[0-9A-Za-z]{10}/ });

/** Makes, lists and revokes API keys. Nobody gives or sees more than he has. */
@Injectable()
export class KeysService {
  constructor(@Inject(ApiKeys) private readonly keys: ApiKeys) {}

  async list(caller: Caller, { ended, limit, cursor }: Parsed<typeof KeyQuery>, now: Date): Promise<ApiKeyList> {
    const after = cursors.read(cursor);
    const rows = await this.keys.list({ tenants: shownTenants(caller), ended, after, limit: limit + 1 });
    const page = cursors.pageOf(rows, limit, ({ id, madeAt }) => ({ at: madeAt.toISOString(), id }));
    return { items: page.rows.map((row) => responseOf(row, now)), nextCursor: page.nextCursor };
  }

  /** @throws ForbiddenException where it would have more than the caller */
  async make(caller: Caller, order: Parsed<typeof KeyOrder>, now: Date): Promise<MadeKeyResponse> {
    const beyond = beyondGrant(caller, order);
    if (beyond.length > 0) throw beyondYours(beyond);
    const expiresAt = order.expiresAt === undefined ? null : new Date(order.expiresAt);
    if (expiresAt && expiresAt <= now) throw badRequest([{ field: 'expiresAt', rule: 'must lie in the future' }]);
    const { key, id, hash } = makeKey();
    const { name, scopes, tenants } = order;
    const details = { scopes, ...(expiresAt && { expiresAt: expiresAt.toISOString() }) };
    const entry = entryOf(caller, 'key.made', { id, tenants }, details);
    await this.keys.make({ id, hash, name, scopes, tenants, madeBy: caller.who, expiresAt }, entry);
    return { ...responseOf(await this.found(caller, id), now), key };
  }

  /**
   * A key that is revoked already stays as it is.
   * @throws NotFoundException also for a key of tenants that the caller does not see
   */
  async revoke(caller: Caller, id: string, now: Date): Promise<ApiKeyResponse> {
    const known = await this.found(caller, id);
    const revoked = await this.keys.revoke(id, caller.who, entryOf(caller, 'key.revoked', known));
    return responseOf(revoked ?? (await this.found(caller, id)), now);
  }

  private async found(caller: Caller, id: string): Promise<KeyRow> {
    const row = await this.keys.find(id);
    if (!row || !maySeeAll(caller, row.tenants)) throw keyNotFound();
    return row;
  }
}

const entryOf = (
  { who }: Caller,
  action: AuditAction,
  { id, tenants }: { id: string; tenants: Tenants },
  details?: AuditEntry['details'],
): AuditEntry => ({ who, action, target: `key:${id}`, tenants, outcome: 'done', ...(details && { details }) });

function responseOf({ hash: _, madeAt, expiresAt, revokedAt, lastUsedAt, ...row }: KeyRow, now: Date): ApiKeyResponse {
  const expired = expiresAt !== null && expiresAt <= now;
  return {
    ...row,
    tenants: row.tenants === 'all' ? 'all' : [...row.tenants],
    state: revokedAt ? 'revoked' : expired ? 'expired' : 'valid',
    madeAt: madeAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
  };
}
