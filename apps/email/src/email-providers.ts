import type { Provider } from '#libs/providers';
import type { Health } from '#libs/runtime';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { EmailMessage } from './email-message.ts';
import type { EmailProviderName } from './email.config.ts';

export type EmailProvider = Provider<EmailMessage> & OnApplicationShutdown;

/** What the engine has to know of one provider beside its adapter. */
export interface ProviderTerms {
  make: () => EmailProvider;
  callTimeoutMs: number;
  ratePerS: number | undefined;
}

/** The configured providers, in the order of preference. */
export class EmailProviders implements OnApplicationShutdown {
  readonly adapters: readonly EmailProvider[];
  /** The longest a call to any of them may take, in milliseconds. */
  readonly callTimeoutMs: number;
  readonly rates: Readonly<Record<string, number | undefined>>;

  constructor(
    names: readonly EmailProviderName[],
    terms: Readonly<Record<EmailProviderName, ProviderTerms>>,
    health: Health,
  ) {
    this.adapters = names.map((name) => terms[name].make());
    this.callTimeoutMs = Math.max(...names.map((name) => terms[name].callTimeoutMs));
    this.rates = Object.fromEntries(names.map((name) => [name, terms[name].ratePerS]));
    for (const adapter of this.adapters) health.addProvider(adapter.name, () => adapter.check());
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(
      this.adapters.map(async (adapter) => {
        await adapter.onApplicationShutdown();
      }),
    );
  }
}
