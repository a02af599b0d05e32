import { randomUUID } from 'node:crypto';
import {
  Channel,
  channelRegistry,
  isRecipient,
  type RecipientRef,
  recipientIdentity,
  recipientRef,
  sealedAddressContext,
} from '#libs/contracts';
import { CustodyUnavailable } from '#libs/custody';
import { ADDRESS_SEAL, type AddressSeal, badRequest, Cursor } from '#libs/runtime';
import { Inject, Injectable } from '@nestjs/common';
import { type Caller, maySee, shownTenants } from '../access/caller.policy.ts';
import { boundToTenants, foreignTenant } from '../access/problems.ts';
import type { OperationOrder } from '../operations/operation.ts';
import { OperationsService } from '../operations/operations.service.ts';
import type { OperationResponse } from '../operations/responses.ts';
import { type ReportingConfig, reportingConfig } from '../reporting.config.ts';
import { addressNeeded, custodyAway, noKeyRing } from './problems.ts';
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
/** What a job is about. `recipient`: its hash. */
type Slot = Pick<Removal, 'channel' | 'recipient' | 'scope' | 'tenant' | 'note'>;

/** Who must not be written to: what callers see of it, and what they change. */
@Injectable()
export class SuppressionsService {
  private readonly hashKey: string;

  constructor(
    @Inject(KnownSuppressions) private readonly known: Pick<KnownSuppressions, 'list'>,
    @Inject(OperationsService) private readonly operations: Pick<OperationsService, 'make'>,
    @Inject(ADDRESS_SEAL) private readonly addresses: AddressSeal,
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

  /** Has a recipient suppressed by its channel. The address ends here: the job is about its hash. */
  add(caller: Caller, id: string | undefined, addition: Addition): Promise<OperationResponse> {
    const { hash, mask } = this.refOf(addition.recipient, addition.channel);
    const about = { ...this.slotOf(caller, addition, hash), reason: addition.reason };
    return this.make(caller, { id, kind: 'suppress', action: 'suppression.added' }, about, mask ? { mask } : {});
  }

  /**
   * Has a suppression lifted by its channel. Where none holds, the operation fails and says so.
   * @throws ServiceUnavailableException where the providers are to be asked, and the address cannot be sealed
   */
  async remove(caller: Caller, named: string | undefined, removal: Removal): Promise<OperationResponse> {
    const { recipient, channel, atProviders } = removal;
    const { hash } = this.refOf(recipient, channel);
    const about = { ...this.slotOf(caller, removal, hash), atProviders };
    // Made here: the address is sealed for this very operation.
    const id = named ?? randomUUID();
    const order = { id, kind: 'unsuppress', action: 'suppression.removed' } as const;
    if (!atProviders) return this.make(caller, order, about);
    if (recipient === hash) throw addressNeeded();
    // In the one form that is hashed: a provider knows neither names nor other spellings.
    const sealedAddress = await this.seal(recipientIdentity(recipient), sealedAddressContext(id, about));
    return this.make(caller, order, about, { sealedAddress });
  }

  /** Has every channel take over the lists of its providers. @param caller of all tenants: the lists know none */
  sync(caller: Caller, id: string | undefined): Promise<OperationResponse> {
    return this.operations.make(caller, {
      id,
      kind: 'sync',
      services: Channel.options,
      tenants: 'all',
      work: {},
      asked: {},
      action: 'suppression.lists-asked',
      carrier: 'job',
    });
  }

  /** @throws ForbiddenException for a foreign tenant, or none where several are meant */
  private slotOf(caller: Caller, { channel, scope, note, tenant: named }: Addition | Removal, recipient: string): Slot {
    const tenant = tenantOf(caller, named);
    return { channel, recipient, scope, ...(tenant !== undefined && { tenant }), note };
  }

  /**
   * @param about what is asked for, with the hash: by it a repeat is known. The digest of an address could be tried
   * with every address there is.
   * @param carried what the channel gets besides; another spelling of the recipient gives another one
   */
  private make(
    caller: Caller,
    order: Pick<OperationOrder, 'id' | 'kind' | 'action'>,
    about: Slot,
    carried: { mask?: string; sealedAddress?: string } = {},
  ): Promise<OperationResponse> {
    const { channel, tenant, note } = about;
    return this.operations.make(caller, {
      ...order,
      services: [channel],
      tenants: tenant === undefined ? 'all' : [tenant],
      work: { ...about, ...carried, by: caller.who },
      asked: about,
      reason: note,
      carrier: 'job',
    });
  }

  private async seal(address: string, context: Record<string, string>): Promise<string> {
    if (!this.addresses.sealing) throw custodyAway('reporting has no CUSTODY_KEYRING_DIR', noKeyRing);
    try {
      return await this.addresses.sealing.seal(address, context);
    } catch (error) {
      if (!(error instanceof CustodyUnavailable)) throw error;
      throw custodyAway(error.message, error.remedy);
    }
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
