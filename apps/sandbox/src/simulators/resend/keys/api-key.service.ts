import type { AccountSetup } from '../setup.policy.ts';
import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { AccountService } from '../../../core/account/account.service.ts';
import type { Answer } from '../../../core/response.ts';
import { hex } from '../../../core/inbox/ids.ts';
import { SANDBOX_CONFIG } from '../../../core/config.ts';
import type { SandboxConfig } from '../settings.ts';
import { refusal } from '../error.policy.ts';
import { instant, listOf, type Page, pageOf } from '../page.policy.ts';

export type Permission = 'full_access' | 'sending_access';

interface ApiKey {
  id: string;
  name: string;
  token: string;
  permission: Permission;
  /** Milliseconds of the epoch. */
  createdAt: number;
  usedAt: number | null;
}

const name = z.string().min(1).max(50);
const Create = z.strictObject({
  name,
  permission: z.enum(['full_access', 'sending_access']).default('full_access'),
  domain_id: z.string().optional(),
});
const Rename = z.strictObject({ name });

/** The account's API keys: the one of the settings, and those made here, in memory. */
@Injectable()
export class ResendApiKeys {
  private readonly keys = new Map<string, ApiKey>();

  constructor(
    @Inject(SANDBOX_CONFIG) private readonly config: SandboxConfig,
    private readonly accounts: AccountService,
  ) {}

  /** What a key may do; undefined: nothing, it is none. */
  permissionOf(token: string, now: number): Permission | undefined {
    const { keyRevoked, permission } = this.accounts.of<AccountSetup>('resend');
    if (token === this.config.SANDBOX_RESEND_API_KEY) return keyRevoked ? undefined : permission;
    const key = [...this.keys.values()].find((one) => one.token === token);
    if (key) key.usedAt = now;
    return key?.permission;
  }

  create(body: unknown, now: number): Answer {
    const asked = Create.safeParse(body);
    if (!asked.success)
      return refusal(
        'validation_error',
        'The API key needs a name, and a permission of full_access or sending_access.',
        422,
      );
    const { name: called, permission } = asked.data;
    const key: ApiKey = {
      id: randomUUID(),
      name: called,
      permission,
      token: `re_${hex(8)}_${hex(24)}`,
      createdAt: now,
      usedAt: null,
    };
    this.keys.set(key.id, key);
    // Only here is the token told.
    return { status: 201, body: { id: key.id, token: key.token } };
  }

  list(query: Partial<Record<keyof Page, string>>): Answer {
    const page = pageOf(query);
    if (!page) return refusal('validation_error', 'The pagination parameters are wrong.', 422);
    return { status: 200, body: listOf([...this.keys.values()].reverse(), page, ({ id }) => id, viewOf) };
  }

  rename(id: string, body: unknown): Answer {
    const key = this.keys.get(id);
    const asked = Rename.safeParse(body);
    if (!key) return unknownId();
    if (!asked.success) return refusal('missing_required_field', 'Missing `name` field.');
    key.name = asked.data.name;
    return { status: 200, body: { object: 'api_key', id } };
  }

  remove(id: string): Answer {
    return this.keys.delete(id) ? { status: 200, body: { object: 'api_key', id, deleted: true } } : unknownId();
  }
}

const unknownId = () => refusal('not_found', 'API key not found');

const viewOf = ({ id, name: called, createdAt, usedAt }: ApiKey) => ({
  id,
  name: called,
  created_at: instant(createdAt),
  last_used_at: usedAt === null ? null : instant(usedAt),
});
