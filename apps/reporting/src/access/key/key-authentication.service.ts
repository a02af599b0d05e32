import { timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type AccessConfig, accessConfig } from '../access.config.ts';
import type { Authenticated } from '../authenticated.ts';
import { scopes } from '../caller.policy.ts';
import { expiredKey, malformedKey, revokedKey, unknownKey } from '../problems.ts';
import { type ReadKey, readKey } from './api-key.ts';
import { KeyUsage } from './key-usage.ts';
import { ApiKeys, type KeyRow } from './keys.port.ts';

/** Compared where no key has the id, so that this takes as long. */
const NO_HASH = Buffer.alloc(32);

/** Recognises API keys. */
@Injectable()
export class KeyAuthentication {
  private readonly bootstrap: ReadKey | undefined;

  constructor(
    @Inject(ApiKeys) private readonly keys: Pick<ApiKeys, 'find' | 'make'>,
    @Inject(KeyUsage) private readonly usage: Pick<KeyUsage, 'used'>,
    @Inject(accessConfig.KEY) config: AccessConfig,
  ) {
    const read = config.REPORTING_BOOTSTRAP_KEY === undefined ? undefined : readKey(config.REPORTING_BOOTSTRAP_KEY);
    this.bootstrap = read && 'id' in read ? read : undefined;
  }

  /** @throws InfrastructureDown while PostgreSQL cannot be reached */
  async callerOf(key: string, now: Date): Promise<Authenticated> {
    const read = readKey(key);
    if ('wrong' in read) return { refused: malformedKey(read.wrong) };
    const row = (await this.keys.find(read.id)) ?? (await this.firstUse(read));
    if (!timingSafeEqual(row?.hash ?? NO_HASH, read.hash) || !row) return { refused: unknownKey };
    // Only the holder of the whole key learns what became of it.
    if (row.revokedAt) return { refused: revokedKey(row.id) };
    if (row.expiresAt && row.expiresAt <= now) return { refused: expiredKey(row.id, row.expiresAt) };
    this.usage.used(row.id, now);
    return { caller: { who: `key:${row.id}`, scopes: row.scopes, tenants: row.tenants } };
  }

  /** Enters the bootstrap key into the table: from then on it is a key as any other. */
  private async firstUse({ id, hash }: ReadKey): Promise<KeyRow | undefined> {
    const { bootstrap } = this;
    if (bootstrap?.id !== id || !timingSafeEqual(bootstrap.hash, hash)) return undefined;
    const grant = { scopes: [...scopes], tenants: 'all' as const };
    await this.keys.make(
      { id, hash, name: 'bootstrap', ...grant, madeBy: 'REPORTING_BOOTSTRAP_KEY', expiresAt: null },
      {
        who: 'setting:REPORTING_BOOTSTRAP_KEY',
        action: 'key.made',
        target: `key:${id}`,
        tenants: 'all',
        outcome: 'done',
        details: { scopes: grant.scopes },
      },
    );
    return this.keys.find(id);
  }
}
