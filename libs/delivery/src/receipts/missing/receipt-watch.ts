import type { Job } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import type { MissingReceipts, ProviderReceipts } from './missing-receipts.port.ts';

export interface ReceiptWatchOptions {
  missing: Pick<MissingReceipts, 'note'>;
  /** So many messages in a row without a receipt by a webhook are shown. */
  most: number;
  /** The paths of the webhooks, by provider, for people. */
  webhooks: ReadonlyMap<string, readonly string[]>;
  logger: Logger;
}

const ROUND_MS = 10_000;

/** Notices when the receipts of a provider stop coming altogether: its webhook points elsewhere, or is refused. */
export class ReceiptWatch {
  private readonly options: ReceiptWatchOptions;
  private readonly seenSince = new Set<string>();
  private readonly missedSince: Map<string, number>;
  private silent: readonly ProviderReceipts[] = [];

  constructor(options: ReceiptWatchOptions) {
    this.options = options;
    // So that there is a row of each provider, also where nothing was ever heard of it.
    this.missedSince = new Map([...options.webhooks.keys()].map((provider) => [provider, 0]));
  }

  /** A receipt of a provider has come by a webhook. */
  seen(provider: string): void {
    this.seenSince.add(provider);
  }

  /** A message of a provider has ended without one. */
  missed(provider: string): void {
    this.missedSince.set(provider, (this.missedSince.get(provider) ?? 0) + 1);
  }

  /** Writes down what has come since the last round, for all replicas, and reads what they know. */
  job(): Job {
    return { name: 'receipts seen', everyMs: ROUND_MS, round: () => this.round() };
  }

  /** @throws InfrastructureDown when Postgres cannot be reached; repeating is safe. */
  async round(): Promise<void> {
    const { missing, most, logger } = this.options;
    const [seen, missed] = [[...this.seenSince], new Map(this.missedSince)];
    const known = await missing.note(seen, missed);
    for (const provider of seen) this.seenSince.delete(provider);
    for (const [provider, count] of missed) this.forget(provider, count);
    const silent = known.filter((one) => one.missed >= most);
    for (const { provider, missed: messages } of silent)
      if (!this.silent.some((before) => before.provider === provider))
        logger.error({ 'mi.provider': provider, messages, remedy }, 'the receipts of a provider do not come');
    this.silent = silent;
  }

  /** For the readiness. Undefined: receipts come. */
  concern(): { meaning: string; remedy: string } | undefined {
    if (this.silent.length === 0) return undefined;
    const each = this.silent.map(({ provider, missed, seenAt }) => {
      const last = seenAt ? `the last one came at ${seenAt.toISOString().slice(0, 19)}Z` : 'none ever came';
      const paths = this.options.webhooks.get(provider) ?? [];
      const where = paths.length > 0 ? ` (expected at ${paths.map((path) => `/webhooks/${path}`).join(', ')})` : '';
      return `${missed} messages that ${provider} took since then got no receipt: ${last}${where}.`;
    });
    return { meaning: each.join(' '), remedy };
  }

  private forget(provider: string, count: number): void {
    const left = (this.missedSince.get(provider) ?? 0) - count;
    if (left > 0) this.missedSince.set(provider, left);
    else this.missedSince.delete(provider);
  }
}

const remedy =
  'Look whether the provider’s webhook points to this service, is switched on, and is signed by the key that is ' +
  'configured: npm run doctor looks, and with --fix registers it; the log names signatures that were refused.';
