import { Channel, channelRegistry, isRecipient, type RecipientRef, recipientRef } from '#libs/contracts';
import { badRequest, Cursor } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { Audit, type AuditAction } from '../access/audit/audit.port.ts';
import { type Caller, maySee, shownTenants } from '../access/caller.policy.ts';
import { boundToTenants, foreignTenant } from '../access/problems.ts';
import { InternalServices } from '../internal/internal-services.port.ts';
import { type ReportingConfig, reportingConfig } from '../reporting.config.ts';
import { type KnownSuppression, KnownSuppressions } from './known-suppressions.port.ts';
import type {
  Parsed,
  SuppressionAddition,
  SuppressionQuery,
  SuppressionRemoval,
  SuppressionSearch,
} from './requests.ts';
import type { SuppressionList, SuppressionResponse, SuppressionsFound } from './responses.ts';

const cursors = new Cursor({ channel: /[a-z]{1,20}/, recipient: /[0-9a-f]{32}/, scopeKey: /[^\0]+/ });

/** More suppressions than any recipient has. */
const ALL_OF_ONE = 500;

type Addition = Parsed<typeof SuppressionAddition>;
type Removal = Parsed<typeof SuppressionRemoval>;

/** Who must not be written to: what callers see of it, and what they change. */
@Injectable()
export class SuppressionsService {
  private readonly hashKey: string;

  constructor(
    @Inject(KnownSuppressions) private readonly known: Pick<KnownSuppressions, 'list'>,
    @Inject(InternalServices) private readonly services: InternalServices,
    @Inject(Audit) private readonly audit: Pick<Audit, 'record'>,
    @Inject(reportingConfig.KEY) config: Pick<ReportingConfig, 'RECIPIENT_HASH_KEY'>,
  ) {
    this.hashKey = config.RECIPIENT_HASH_KEY;
  }

  /** A caller of some tenants sees theirs alone: the others name recipients of other tenants. */
  async list(caller: Caller, { cursor, limit, ...filter }: Parsed<typeof SuppressionQuery>): Promise<SuppressionList> {
    const after = cursors.read(cursor);
    const tenants = shownTenants(caller);
    const rows = await this.known.list({ ...filter, tenants, withEveryTenants: false, after, limit: limit + 1 });
    const page = cursors.pageOf(rows, limit, (row) => row);
    return { items: page.rows.map((row) => shownTo(caller, row)), nextCursor: page.nextCursor };
  }

  /** What holds against one recipient, that of every tenant too: it stops the caller's messages as well. */
  async of(
    caller: Caller,
    { recipient, channel, lifted }: Parsed<typeof SuppressionSearch>,
  ): Promise<SuppressionsFound> {
    const { hash } = this.refOf(recipient, channel);
    const tenants = shownTenants(caller);
    const filter = { channel, recipient: hash, tenants, withEveryTenants: true, lifted, limit: ALL_OF_ONE };
    return { items: (await this.known.list(filter)).map((row) => shownTo(caller, row)) };
  }

  add(caller: Caller, addition: Addition): Promise<SuppressionResponse> {
    return this.change(caller, 'suppression.added', 'suppressions', addition);
  }

  /** @throws NotFoundException where there is no such suppression */
  remove(caller: Caller, removal: Removal): Promise<SuppressionResponse> {
    return this.change(caller, 'suppression.removed', 'suppressions/remove', removal);
  }

  private async change(
    caller: Caller,
    action: AuditAction,
    path: string,
    { channel, ...change }: Addition | Removal,
  ): Promise<SuppressionResponse> {
    const { hash } = this.refOf(change.recipient, channel);
    const tenant = tenantOf(caller, change.tenant);
    await this.audit.record({
      who: caller.who,
      action,
      target: `suppression:${channel}:${hash}`,
      tenants: tenant === undefined ? 'all' : [tenant],
      outcome: 'asked',
      details: { scope: change.scope },
    });
    const body = { ...change, tenant, by: caller.who };
    return this.services.ask<SuppressionResponse>(channel, { method: 'POST', path, body });
  }

  /** @throws BadRequestException for what is neither an address of the channel nor a keyed hash */
  private refOf(recipient: string, channel?: Channel): RecipientRef {
    if (/^[0-9a-f]{32}$/.test(recipient)) return { hash: recipient, mask: '' };
    const channels = channel === undefined ? Channel.options : [channel];
    if (!channels.some((one) => isRecipient(recipient, one))) {
      const addresses = channels.map((one) => channelRegistry[one].address).join(', ');
      throw badRequest([{ field: 'recipient', rule: `must be ${addresses}, or a keyed hash` }]);
    }
    return recipientRef(this.hashKey, recipient);
  }
}

/** Whose suppression is meant; undefined: every tenant's, for a caller of all tenants alone. */
function tenantOf(caller: Caller, named: string | undefined): string | undefined {
  if (named !== undefined) {
    if (!maySee(caller, named)) throw foreignTenant('tenant');
    return named;
  }
  if (caller.tenants === 'all') return undefined;
  if (caller.tenants.length === 1) return caller.tenants[0];
  throw boundToTenants();
}

/** What a person wrote about every tenant's suppression is not for callers of some. */
function shownTo(
  caller: Caller,
  { scopeKey: _, tenant, mask, provider, source, note, by, ...row }: KnownSuppression,
): SuppressionResponse {
  const isOwn = caller.tenants === 'all' || tenant !== null;
  const optional = { tenant, mask, provider, source, ...(isOwn && { note, by }) };
  return { ...row, ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null)) };
}
