import { type Channel, identityKey } from '#libs/contracts';
import { Inject, Injectable } from '@nestjs/common';
import { type Caller, impliedTenant, maySee } from '../access/caller.policy.ts';
import { messageNotFound } from '../api/problem.ts';
import { Reports } from '../api/report.port.ts';
import type { OperationOrder } from '../operations/operation.ts';
import { OperationsService } from '../operations/operations.service.ts';
import type { OperationResponse } from '../operations/responses.ts';
import { checkExpiry } from './letters.service.ts';
import { type MessageNow, whyNotBroughtForward, whyNotCancelled, whyNotRedriven } from './one-message.policy.ts';
import { notAsItStands } from './problems.ts';
import type { BringForwardOrder, CancelOrder, MessageRedriveOrder, Parsed } from './requests.ts';

interface Message {
  channel: Channel;
  messageId: string;
  tenant: string;
}

/** One message as a caller names it. `tenant`: undefined: the one that the caller means. */
export interface NamedMessage {
  channel: Channel;
  messageId: string;
  tenant: string | undefined;
}

/**
 * What an operator has done about one message. Each is refused, with a reason, where the message could be sent twice
 * or nothing is to be done. All throw NotFoundException for a message that is not known, or not the caller’s.
 */
@Injectable()
export class OneMessageService {
  constructor(
    @Inject(Reports) private readonly reports: Reports,
    @Inject(OperationsService) private readonly operations: OperationsService,
  ) {}

  /** Has it cancelled as upstream would: every claim sees it, and the timeline says what came of it. */
  async cancel(
    caller: Caller,
    id: string | undefined,
    named: NamedMessage,
    asked: Parsed<typeof CancelOrder>,
  ): Promise<OperationResponse> {
    const { message, now } = await this.found(caller, named);
    await this.refuse(id, whyNotCancelled(now));
    return this.make(caller, message, {
      id,
      kind: 'cancel',
      services: [],
      carrier: 'cancel',
      action: 'message.cancelled',
      work: { ...message },
      asked: { ...message, asked },
      reason: asked.reason,
    });
  }

  async bringForward(
    caller: Caller,
    id: string | undefined,
    named: NamedMessage,
    { reason, ...wanted }: Parsed<typeof BringForwardOrder>,
  ): Promise<OperationResponse> {
    const { message, now } = await this.found(caller, named);
    await this.refuse(id, whyNotBroughtForward(now));
    return this.make(caller, message, {
      id,
      kind: 'bring-forward',
      services: ['retry'],
      carrier: 'job',
      action: 'message.brought-forward',
      work: { ...message, ...wanted },
      asked: { ...message, wanted, reason },
      reason,
    });
  }

  async redrive(
    caller: Caller,
    id: string | undefined,
    named: NamedMessage,
    { reason, ...wanted }: Parsed<typeof MessageRedriveOrder>,
  ): Promise<OperationResponse> {
    checkExpiry(wanted.expiresAt, Date.now());
    const { message, now } = await this.found(caller, named);
    await this.refuse(id, whyNotRedriven(now, wanted, Date.now()));
    return this.make(caller, message, {
      id,
      kind: 'redrive',
      services: ['retry'],
      carrier: 'job',
      action: 'message.redriven',
      work: { filter: message, ...wanted },
      atMost: 1,
      asked: { ...message, wanted, reason },
      reason,
    });
  }

  private make(caller: Caller, { tenant }: Message, order: Omit<OperationOrder, 'tenants'>) {
    return this.operations.make(caller, { ...order, tenants: [tenant] });
  }

  /** What was asked for under this name before is shown, however the message stands now. */
  private async refuse(id: string | undefined, why: string | undefined): Promise<void> {
    if (why !== undefined && (id === undefined || !(await this.operations.isKnown(id)))) throw notAsItStands(why);
  }

  private async found(
    caller: Caller,
    { channel, messageId, tenant: named }: NamedMessage,
  ): Promise<{ message: Message; now: MessageNow }> {
    const message = { channel, messageId, tenant: named ?? impliedTenant(caller) };
    if (!maySee(caller, message.tenant)) throw messageNotFound();
    const history = await this.reports.history(identityKey(message));
    if (!history) throw messageNotFound();
    const { status, final } = history.message;
    const { deadLetter } = history;
    const letter = deadLetter && {
      state: deadLetter.state ?? 'open',
      reason: deadLetter.reason,
      expiresAt: deadLetter.expiresAt ?? null,
    };
    return { message, now: { status, final, letter } };
  }
}
