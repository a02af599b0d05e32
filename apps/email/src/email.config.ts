import { EmailAddress } from '#libs/contracts';
import { channelSettings } from '#libs/delivery';
import { internalAccessSettings, settingsGroup } from '#libs/runtime';
import { templateSettings } from '#libs/templates';
import { isConfigured, settingsOfAll } from '#libs/providers';
import { z } from 'zod';
import { attachmentSettings } from './attachments/attachments.config.ts';
import { type EmailCatalogue, emailCatalogue } from './providers/catalogue.ts';
import type { EmailProviderDefinition } from './providers/definition.ts';
import { unsubscribeSettings } from './unsubscribe/unsubscribe.config.ts';

/** The e-mail channel's own settings, without those of its providers. */
const emailSettings = {
  EMAIL_FROM: z
    .union([EmailAddress, z.string().regex(/^[^<>\r\n]{1,200} <[^<>\s]+@[^<>\s]+>$/)])
    .describe('Sender of requests that name none: an address, or Name <address>. Must be verified at the provider.'),
  EMAIL_COALESCE_LINGER_MS: z.coerce
    .number()
    .int()
    .min(0)
    .max(5_000)
    .default(20)
    .describe(
      'How long a bulk e-mail waits for others of the same tenant, sender and content to go in one call, in ' +
        'milliseconds; 0: each goes alone.',
    ),
  ...unsubscribeSettings,
  ...attachmentSettings,
  ...templateSettings,
};
export const emailConfig = settingsGroup('email', emailSettings);

const ownSettings = { ...channelSettings(8081, 9465, 8091), ...internalAccessSettings, ...emailSettings };

/** Some of these names, separated by commas. */
const listOf = (names: readonly string[]) =>
  new RegExp(String.raw`^\s*(${names.join('|')})\s*(,\s*(${names.join('|')})\s*)*$`);

/** Settings of the email service with these providers. */
export function emailSchemaOf(catalogue: EmailCatalogue) {
  const names = catalogue.map(({ name }) => name);
  const settings = z.object({
    ...ownSettings,
    EMAIL_PROVIDERS: z
      .string()
      .regex(listOf(names), `must be names out of ${names.join(', ')}, separated by commas`)
      .default(names.join(','))
      .describe(
        'Providers in the order of preference, separated by commas. Of these, the ones whose API key is ' +
          'set are used; one that is not named is not used.',
      ),
    ...settingsOfAll(catalogue),
  });
  return settings.superRefine((config, context) => {
    const given: Readonly<Record<string, unknown>> = config;
    const missing = (name: string) => context.addIssue({ code: 'custom', path: [name], message: 'is needed' });
    for (const definition of catalogue.filter((one) => isConfigured(one, given))) {
      for (const name of definition.alsoNeeded ?? []) if (given[name] === undefined) missing(name);
      const problem = fileTimeProblem(definition, given);
      if (problem !== undefined)
        context.addIssue({ code: 'custom', path: ['ATTACHMENT_TIMEOUT_MS'], message: problem });
    }
    if (usedOf(catalogue, given).length === 0) {
      const named = preferred(catalogue, given).map(({ access }) => access.join(' and '));
      context.addIssue({
        code: 'custom',
        path: [],
        message: `needs a key of a provider that EMAIL_PROVIDERS names: set ${named.join(' or ')}`,
      });
    }
  });
}

/** Settings of the email service. */
export const emailSchema = emailSchemaOf(emailCatalogue);

/** The providers in use: named and with access, in the order of preference. */
export const usedOf = (catalogue: EmailCatalogue, config: Readonly<Record<string, unknown>>): EmailCatalogue =>
  preferred(catalogue, config).filter((definition) => isConfigured(definition, config));

function preferred(catalogue: EmailCatalogue, { EMAIL_PROVIDERS: names }: Readonly<Record<string, unknown>>) {
  const wanted = new Set(
    String(names)
      .split(',')
      .map((name) => name.trim()),
  );
  return [...wanted].flatMap((name) => catalogue.find((known) => known.name === name) ?? []);
}

/** The error where fetching files may take longer than the call that it is a part of. */
function fileTimeProblem(
  { filesFetchedBy, callTimeout }: EmailProviderDefinition,
  config: Readonly<Record<string, unknown>>,
): string | undefined {
  const [filesMs, callMs] = [config['ATTACHMENT_TIMEOUT_MS'], Number(config[callTimeout])];
  return filesFetchedBy === 'us' && filesMs !== undefined && Number(filesMs) >= callMs
    ? `must be below ${callTimeout} (${callMs})`
    : undefined;
}
