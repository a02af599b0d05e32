import type { Channel } from '#libs/contracts';
import { type AnyProvider, allProviders, catalogues } from '../../apps/cli/src/catalogue.ts';
import type { ProviderSuite } from './suite.ts';
import { twilioPublicUrl } from './twilio.ts';

export interface DescribedProvider {
  definition: AnyProvider;
  suite: ProviderSuite<never>;
}

const described = await Promise.all(
  allProviders.map(async (definition): Promise<DescribedProvider> => {
    const { suite } = (await import(`./${definition.name}.ts`)) as { suite: ProviderSuite<never> };
    return { definition, suite };
  }),
);

/** The providers of the catalogues, each with its description: one without fails here. */
export const suites: readonly DescribedProvider[] = described;

const ofChannel = (channel: Channel) =>
  described.filter(({ definition }) => catalogues[channel].some(({ name }) => name === definition.name));

const all = (parts: readonly Record<string, string>[]): Record<string, string> =>
  Object.assign({}, ...parts) as Record<string, string>;

const senders: Record<Channel, Record<string, string>> = {
  email: { EMAIL_FROM: 'no-reply@messaging.test' },
  sms: { SMS_FROM: '+15005550006', PUBLIC_URL: twilioPublicUrl },
};

/** The settings of a channel's service with all of its providers. @param url where their APIs are */
export const serviceEnv = (channel: Channel, url?: string): Record<string, string> =>
  all([senders[channel], ...ofChannel(channel).map(({ suite }) => suite.service(url))]);

/** The settings of the sandbox for all providers. */
export const sandboxEnv = (): Record<string, string> => all(described.map(({ suite }) => suite.sandbox));

/** A delivery that each webhook takes, by the path of its route. */
export const goodDeliveries: ReadonlyMap<string, ProviderSuite<never>['routes'][string]> = new Map(
  described.flatMap(({ suite }) =>
    Object.entries(suite.routes).map(([path, delivery]) => [`/webhooks/${path}`, delivery] as const),
  ),
);
