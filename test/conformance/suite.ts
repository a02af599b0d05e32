import type { AdapterDescription, OddWebhookDescription, WebhookDelivery, WebhookDescription } from '#libs/testing';

/** All that the suites want to know of a provider: `<name>.ts` exports one as `suite`. */
export interface ProviderSuite<M> {
  adapter: AdapterDescription<M>;
  webhook: WebhookDescription;
  oddWebhooks: readonly OddWebhookDescription[];
  /** The settings of its access, for its service. @param url where its API is; undefined: nobody asks it */
  service: (url?: string) => Record<string, string>;
  sandbox: Record<string, string>;
  /** A delivery that each of its webhooks takes, by the path below `/webhooks/`. */
  routes: Record<string, (about: { messageId: string; person: string }) => WebhookDelivery>;
}
