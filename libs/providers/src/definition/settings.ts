import { z } from 'zod';
import type { ProviderDefinition } from './provider-definition.ts';

/** All settings of a service by name. */
type AllSettings = Readonly<Record<string, unknown>>;

/** Whether all of a provider's access settings are given. */
export const isConfigured = ({ access }: Pick<ProviderDefinition<never>, 'access'>, all: AllSettings): boolean =>
  access.every((name) => all[name] !== undefined);

/** The providers of a catalogue whose access is set, in the order of the catalogue. */
export const withAccess = <D extends Pick<ProviderDefinition<never>, 'access'>>(
  catalogue: readonly D[],
  all: AllSettings,
): D[] => catalogue.filter((definition) => isConfigured(definition, all));

/** One provider's settings, out of all settings of its service. */
export const settingsFor = <Settings extends object>(
  { settings }: { readonly settings: Readonly<Record<keyof Settings & string, z.ZodType>> },
  all: AllSettings,
): Settings => Object.fromEntries(Object.keys(settings).map((name) => [name, all[name]])) as Settings;

/** The settings of all providers of a catalogue, for the settings schema of their service. */
export const settingsOfAll = (
  catalogue: readonly { readonly settings: Readonly<Record<string, z.ZodType>> }[],
): Record<never, z.ZodType> =>
  Object.assign({}, ...catalogue.map(({ settings }) => settings)) as Record<never, z.ZodType>;

/** The setting of one provider's rate; `known` is what its documentation states. */
export const providerRate = (provider: string, known: string) =>
  z.coerce
    .number()
    .positive()
    .optional()
    .describe(`Most calls a second to ${provider}, of all replicas together; unset: unlimited. ${known}`);

/** The setting of how an answer 5xx of one provider is taken. */
export const answered5xx = (provider: string) =>
  z
    .enum(['unknown', 'refused'])
    .default('unknown')
    .describe(
      `How an answer 5xx of ${provider} is taken. unknown: it may have the message all the same, since gateways ` +
        'answer 5xx after they have passed a request on: it is looked up first. refused: it goes again at once, ' +
        'elsewhere where it can, at the risk of a second copy.',
    );

/**
 * The setting of how many questions a minute about missing receipts one provider is asked.
 * @param known what its documentation says about the rate
 */
export const receiptLookups = (provider: string, standard: number, known: string) =>
  z.coerce
    .number()
    .min(0)
    .max(6_000)
    .default(standard)
    .describe(
      `Most questions a minute to ${provider} about messages whose receipt is missing, of all replicas together; ` +
        `0: it is not asked. ${known}`,
    );
