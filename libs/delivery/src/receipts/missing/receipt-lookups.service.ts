import { type Channel, identityKey, type ReceiptMissing, type StatusChanged } from '#libs/contracts';
import type { Provider, Receipt, ReceiptAnswers, TakenMessage } from '#libs/providers';
import type { Job } from '#libs/runtime';
import { contextFrom, count, counters, type Logger } from '#libs/telemetry';
import type { OutcomePublisher } from '../../publish/outcome-publisher.service.ts';
import type { ReceiptsService } from '../receipts.service.ts';
import { type LookTimes, nextLookAt, stillOpen, takenMessage, unasked, withoutReceipt } from './look.policy.ts';
import type { Looked, Missing, MissingReceipts } from './missing-receipts.port.ts';
import type { ReceiptWatch } from './receipt-watch.ts';

/** A provider as it may be asked for receipts. */
export interface AskedProvider extends LookTimes {
  /** Questions a minute, of all replicas together; 0: it is not asked. */
  perMinute: number;
}

export interface ReceiptLookupsOptions {
  channel: Channel;
  providers: readonly Pick<Provider<never>, 'name' | 'receiptLookup'>[];
  /** By provider. */
  asked: ReadonlyMap<string, AskedProvider>;
  missing: MissingReceipts;
  /** Whether a provider takes calls now: it is neither held nor does its circuit let nothing through. */
  isOpen: (provider: string) => boolean;
  receipts: Pick<ReceiptsService, 'recordEach'>;
  outcomes: Pick<OutcomePublisher, 'publishAll'>;
  watch: ReceiptWatch;
  hashKey: string;
  logger: Logger;
  /** Milliseconds since 1970. */
  now?: () => number;
}

/** Whoever it was: the recipients are not known. */
const SOMEBODY = '';

/** Between two rounds, in milliseconds. */
const ROUND_MS = 1_000;
/** Most messages that are ended in one round. */
const PORTION = 500;
/** So long a provider is not asked that gave no answer. */
const REST_MS = 60_000;
/** So long one that may not be asked. */
const LONG_REST_MS = 3_600_000;

/**
 * Finds out what became of messages whose receipt is missing: asks their providers, at the rate that these allow, and
 * reports the end (docs/adr/0040). Reporting says which messages they are.
 */
export class ReceiptLookups {
  private readonly options: ReceiptLookupsOptions;
  private readonly now: () => number;
  /** Whether messages may be watched: while none is, a receipt costs nothing. */
  private areAny = true;

  constructor(options: ReceiptLookupsOptions) {
    this.options = options;
    this.now = options.now ?? Date.now;
  }

  /**
   * Watches a message whose receipt is missing.
   * @throws InfrastructureDown when Postgres cannot be reached; repeating is safe.
   */
  async onMissing(missing: ReceiptMissing): Promise<void> {
    if (missing.channel !== this.options.channel) return;
    const times = this.timesOf(missing.provider);
    const sentAt = Date.parse(missing.sentAt);
    const asks = missing.providerMessageId !== undefined && this.lookupOf(missing.provider) !== undefined;
    this.areAny = true;
    await this.options.missing.add({
      id: identityKey(missing),
      missing,
      open: missing.recipients.length > 0 ? missing.recipients.map(({ hash }) => hash) : [SOMEBODY],
      lookAt: asks ? nextLookAt(sentAt, 0, times, this.now()) : undefined,
      giveUpAt: sentAt + times.windowMs,
    });
  }

  /**
   * A receipt has come by a webhook.
   * @throws InfrastructureDown when Postgres cannot be reached; repeating is safe.
   */
  async heard({
    provider,
    messageId,
    tenant,
    channel,
    hop,
    final,
    recipient,
    recipientCount,
  }: StatusChanged): Promise<void> {
    if (provider !== undefined) this.options.watch.seen(provider);
    if (!this.areAny || !final || messageId === undefined || hop === undefined) return;
    const whose = (recipientCount ?? 1) > 1 ? recipient?.hash : undefined;
    if ((recipientCount ?? 1) > 1 && whose === undefined) return;
    await this.options.missing.ended(identityKey({ tenant, channel, messageId }), hop, whose);
  }

  /** What is done again and again. */
  jobs(): Job[] {
    return [{ name: 'missing receipts', everyMs: ROUND_MS, round: () => this.round() }, this.options.watch.job()];
  }

  /**
   * Ends what has waited long enough, and asks for the rest.
   * @returns whether there is more to end
   * @throws InfrastructureDown when Postgres or Kafka cannot be reached; repeating is safe.
   */
  async round(): Promise<{ more: boolean }> {
    const { missing } = this.options;
    const askable = [...this.options.asked.keys()].filter((name) => this.lookupOf(name) && this.options.isOpen(name));
    const { any, due } = await missing.due(askable);
    this.areAny = any;
    if (!any) return { more: false };
    const ended = await this.endOverdue();
    for (const provider of due) await this.ask(provider);
    return { more: ended === PORTION };
  }

  private async endOverdue(): Promise<number> {
    const { channel, missing, outcomes, watch, logger } = this.options;
    const overdue = await missing.takeOverdue(PORTION);
    if (overdue.length === 0) return 0;
    const refusals = await outcomes.publishAll(
      overdue.map((one) => ({
        events: { facts: withoutReceipt(one, one.answer, this.timesOf(one.missing.provider).windowMs) },
        context: contextFrom({ traceparent: one.missing.traceparent }),
      })),
    );
    logRefusals(refusals, logger);
    for (const { provider } of overdue.map((one) => one.missing)) {
      count(counters.endedWithoutReceipt, { 'mi.channel': channel, 'mi.provider': provider ?? 'unknown' });
      if (provider !== undefined) watch.missed(provider);
    }
    await missing.remove(overdue);
    return overdue.length;
  }

  private async ask(provider: string): Promise<void> {
    const { missing, asked } = this.options;
    const lookup = this.lookupOf(provider)!;
    const turns = await missing.turns(provider, 60_000 / asked.get(provider)!.perMinute);
    for (let turn = 0; turn < turns; turn += 1) {
      const taken = await missing.take(provider, lookup.most);
      if (taken.length === 0) return;
      const messages = taken.map((one) => takenMessage(one)!);
      const answers = await this.question(provider, messages);
      await this.follow(provider, taken, answers);
      if (!answers.answered) return;
    }
  }

  private async question(provider: string, messages: readonly TakenMessage[]): Promise<ReceiptAnswers> {
    const { hashKey, channel, logger } = this.options;
    const answers = await this.lookupOf(provider)!.ask(messages, hashKey);
    count(counters.receiptLookups, {
      'mi.channel': channel,
      'mi.provider': provider,
      'mi.outcome': answers.answered ? 'answered' : answers.mayNotAsk ? 'may-not-ask' : 'unanswered',
    });
    logger.info(
      { 'mi.provider': provider, messages: messages.length, answered: answers.answered },
      'asked for missing receipts',
    );
    return answers;
  }

  private async follow(provider: string, taken: readonly Missing[], answers: ReceiptAnswers): Promise<void> {
    const { missing, watch } = this.options;
    if (!answers.answered) {
      const restMs = answers.mayNotAsk ? LONG_REST_MS : REST_MS;
      await missing.rest(provider, restMs);
      const answer = (one: Missing) => (answers.mayNotAsk ? 'may-not-ask' : one.answer);
      await missing.keep(
        taken.map((one) => ({ ...one, isAnswered: false, answer: answer(one), lookAt: this.now() + restMs })),
      );
      return;
    }
    const receiptsOf = (index: number): readonly Receipt[] => {
      const said = answers.of[index];
      return said?.known ? said.receipts : [];
    };
    await this.report(taken.flatMap((_, index) => receiptsOf(index)));
    const looked = taken.map((one, index) => this.looked(one, receiptsOf(index), answers.of[index]?.known ?? false));
    const ended = looked.filter(({ open }) => open.length === 0);
    ended.forEach(() => watch.missed(provider));
    await missing.remove(ended);
    await missing.keep(looked.filter(({ open }) => open.length > 0));
  }

  private looked(one: Missing, receipts: readonly Receipt[], isKnown: boolean): Looked {
    const { id, hop, looks, missing } = one;
    return {
      id,
      hop,
      isAnswered: true,
      answer: isKnown ? 'on-its-way' : 'unknown',
      open: stillOpen(one, receipts),
      lookAt: nextLookAt(Date.parse(missing.sentAt), looks + 1, this.timesOf(missing.provider), this.now()),
    };
  }

  private async report(receipts: readonly Receipt[]): Promise<void> {
    if (receipts.length > 0) logRefusals(await this.options.receipts.recordEach(receipts), this.options.logger);
  }

  private timesOf(provider: string | undefined): LookTimes {
    return this.options.asked.get(provider ?? '') ?? unasked;
  }

  /** Undefined where a provider is not asked. */
  private lookupOf(provider: string | undefined) {
    const isAsked = (this.options.asked.get(provider ?? '')?.perMinute ?? 0) > 0;
    return isAsked ? this.options.providers.find(({ name }) => name === provider)?.receiptLookup : undefined;
  }
}

/** Its other facts are published: to ask again would change nothing. */
function logRefusals(refusals: readonly (Error | undefined)[], logger: Logger): void {
  for (const err of refusals) if (err) logger.error({ err }, 'what became of a message cannot be published');
}
