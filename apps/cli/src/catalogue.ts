import type { Channel } from '#libs/contracts';
import type { ProviderDefinition } from '#libs/providers';
import { emailCatalogue } from '../../email/src/providers/catalogue.ts';
import { smsCatalogue } from '../../sms/src/providers/catalogue.ts';

/** A provider of any channel, as tools need it. */
export type AnyProvider = ProviderDefinition<never, Record<string, unknown>, never>;

/** The providers of each channel, the preferred one first. */
export const catalogues: Readonly<Record<Channel, readonly AnyProvider[]>> = {
  email: emailCatalogue,
  sms: smsCatalogue,
};

export const allProviders: readonly AnyProvider[] = Object.values(catalogues).flat();

/** The settings that give access to one of these providers, in words: `A, B or C and D`. */
export const accessWords = (providers: readonly AnyProvider[]): string =>
  providers.map(({ access }) => access.join(' and ')).join(' or ');
