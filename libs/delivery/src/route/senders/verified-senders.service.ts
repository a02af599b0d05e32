import { isVerified, type Provider, type VerifiedSenders } from '#libs/providers';
import type { Job } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';

export interface VerifiedSendersOptions {
  providers: readonly Pick<Provider<never>, 'name' | 'verifiedSenders'>[];
  /** How often the providers are asked, in milliseconds. */
  everyMs: number;
  logger: Pick<Logger, 'info'>;
}

/**
 * Which senders each provider has verified, as its account says: read on a schedule, kept in memory. What is not known
 * counts as verified, since the provider itself refuses what is not.
 */
export class VerifiedSendersService {
  private readonly options: VerifiedSendersOptions;
  private readonly known = new Map<string, VerifiedSenders>();

  constructor(options: VerifiedSendersOptions) {
    this.options = options;
  }

  job(): Job {
    return { name: 'verified senders', everyMs: this.options.everyMs, round: () => this.refresh() };
  }

  /** Whether a provider has verified a sender; undefined: not known. */
  isVerified(provider: string, sender: string | undefined): boolean | undefined {
    return sender === undefined ? undefined : isVerified(this.known.get(provider), sender);
  }

  /** Asks every provider once. Where one does not say, what it has said before is known no more. */
  async refresh(): Promise<void> {
    await Promise.all(
      this.options.providers.map(async (provider) => {
        const { name } = provider;
        const senders = await provider.verifiedSenders();
        const isNews = JSON.stringify(senders) !== JSON.stringify(this.known.get(name));
        if (senders) this.known.set(name, senders);
        else this.known.delete(name);
        if (isNews)
          this.options.logger.info(
            { 'mi.provider': name, domains: senders?.domains.length },
            'the verified senders of a provider have changed',
          );
      }),
    );
  }
}
