import { flag, json, SmsSender } from '#libs/contracts';
import { channelSettings } from '#libs/delivery';
import { fileSettings } from '#libs/provider-http';
import { internalAccessSettings, recipientHashSettings, settingsGroup } from '#libs/runtime';
import { templateSettings } from '#libs/templates';
import { settingsOfAll } from '#libs/providers';
import type { ConfigType } from '@nestjs/config';
import { z } from 'zod';
import { type SmsCatalogue, smsCatalogue } from './providers/catalogue.ts';
import { type Budget, readBudgets } from './recipient/budget.policy.ts';
import { readRegions } from './recipient/region.policy.ts';
import { KeywordTable } from './reply/keywords.policy.ts';
import { listedSenders, senderKindsOf } from './sender/sender-kind.policy.ts';
import { ruleProblems, SenderRule, unfit } from './sender/sender-map.policy.ts';

const kindOfSender = senderKindsOf(smsCatalogue);

const Senders = z.array(SenderRule).superRefine((rules, context) => {
  for (const message of ruleProblems(rules, kindOfSender)) context.addIssue({ code: 'custom', message });
});

/** Senders of these messages, separated by commas. */
const senderList = (kind: 'sms' | 'whatsapp') =>
  z.string().transform((text, context) => {
    const read = listedSenders(text).map((sender) => SmsSender.safeParse(sender));
    const problems = read.flatMap(({ data, error }) =>
      data === undefined ? error!.issues.map(({ message }) => message) : (unfit(data, { kind }, kindOfSender) ?? []),
    );
    for (const message of new Set(problems)) context.addIssue({ code: 'custom', message });
    return read.flatMap(({ data }) => data ?? []);
  });

const regions = (standard: string) =>
  z
    .string()
    .default(standard)
    .refine(
      (text) => readRegions(text).wrong === undefined,
      'must be countries (such as US), prefixes (such as +4915) or *, separated by commas',
    );

/** The SMS channel's own settings, without those of its providers. */
const smsSettings = {
  ...templateSettings,
  ...fileSettings,
  PUBLIC_URL: z
    .url()
    .max(1_000)
    .refine(
      (url) => !URL.parse(url)?.hostname.includes('_'),
      'must have a host name without _: providers take no other',
    )
    .describe(
      'Where providers reach this service from outside, such as https://sms.example.org: status callbacks ' +
        'go there, and signatures are checked against it.',
    ),
  SMS_FROM: senderList('sms')
    .optional()
    .describe(
      'Sender of SMS and MMS that name none and that SMS_SENDERS has none for: a number in E.164, a short code, an ' +
        'alphanumeric sender, or a provider’s pool of senders (such as MG…). Several, separated by commas, in ' +
        'the order of preference: the next is for when the one before cannot send.',
    ),
  WHATSAPP_FROM: senderList('whatsapp')
    .optional()
    .describe(
      'Sender of WhatsApp messages that name none: a number in E.164, or a provider’s pool of senders ' +
        '(such as MG…). Several, separated by commas, in the order of preference.',
    ),
  SMS_SENDERS: json(Senders)
    .optional()
    .describe(
      'Senders by country (or prefix such as +4915), category and kind, as JSON: ' +
        '[{"country":"DE","sender":"Shop"},{"country":"US","category":"marketing","sender":"MG…"},' +
        '{"kind":"whatsapp","sender":"+14155238886"}]. ' +
        'The most specific that may be used there is taken; a sender may be a list, in the order of preference. ' +
        'Where one cannot send, the next one that may be used there does.',
    ),
  SMS_ALLOWED_COUNTRIES: regions('US,CA').describe(
    'Where texts may go: countries (ISO codes), number prefixes (+4915), or * for everywhere. Premium ' +
      'destinations cost real money and draw fraud (SMS pumping): name those you serve.',
  ),
  SMS_MMS_COUNTRIES: regions('US,CA').describe('Where media go by MMS.'),
  SMS_MEDIA_CHECK: z
    .enum(['look', 'provider'])
    .default('look')
    .describe(
      'look: the servers of media are asked, for a second at most, how large and of what type these are; ' +
        'what is proven too large for the provider is not sent. provider: it decides.',
    ),
  SMS_PREFIX_BUDGET: z
    .string()
    .default('')
    .refine(
      (text) => readBudgets(text) !== undefined,
      'must be country=messages or prefix=messages pairs separated by commas, such as *=1000,US=20000,+4915=500',
    )
    .describe(
      'Most messages an hour to a country or prefix, of all replicas together; * is each country that has ' +
        'no entry of its own. Beyond it they wait for the next hour. Unset: unlimited.',
    ),
  SMS_NUMBER_CHECK: z
    .enum(['valid', 'possible'])
    .default('valid')
    .describe(
      'valid: numbers must be in a range that their country uses. possible: only their length is looked ' +
        'at, for ranges that are newer than this release.',
    ),
  SMS_MAX_SEGMENTS: z.coerce
    .number()
    .int()
    .min(1)
    .max(24)
    .default(10)
    .describe('Most segments of one SMS; each is paid for. A longer one fails.'),
  SMS_SMART_ENCODING: flag(false).describe(
    'Replace characters such as curly quotes by plain ones, so that more fits into a segment; a request ' +
      'may ask for it itself.',
  ),
  SMS_KEYWORDS: json(KeywordTable)
    .optional()
    .describe(
      'Words by which people leave (stop) and come back (start), by language, as JSON: ' +
        '{"fr":{"stop":["ARRET"],"start":["RETOUR"],"stopPhrases":["plus de messages"]},"it":{}}. What is ' +
        'said of a language stands in place of the platform’s words for it (apps/sms/README.md); {} takes a ' +
        'language away. Whole replies only; stopPhrases are reported as inferred.',
    ),
  WHATSAPP_WINDOW: z
    .enum(['enforce', 'provider'])
    .default('enforce')
    .describe(
      'enforce: free-form WhatsApp text goes only to people who wrote to us within 24 hours, as the ' +
        'webhook for replies heard it. provider: it decides.',
    ),
};
/** These, and the key under which numbers are hashed. */
export const smsConfig = settingsGroup('sms', { ...smsSettings, ...recipientHashSettings });
export type SmsConfig = ConfigType<typeof smsConfig>;

const ownSettings = { ...channelSettings(8082, 9466, 8092), ...internalAccessSettings, ...smsSettings };

/** Settings of the sms service with these providers. */
export function smsSchemaOf(catalogue: SmsCatalogue) {
  const senders = ['SMS_FROM', 'SMS_SENDERS', ...catalogue.flatMap(({ senderSettings }) => senderSettings)];
  return z
    .object({ ...ownSettings, ...settingsOfAll(catalogue) })
    .refine((config: Readonly<Record<string, unknown>>) => senders.some((name) => config[name] !== undefined), {
      error: `is not set, nor are ${senders.slice(1).join(' and ')}: one of them must name the sender`,
      path: ['SMS_FROM'],
    });
}

/** Settings of the sms service. */
export const smsSchema = smsSchemaOf(smsCatalogue);

export const budgetsOf = (config: Pick<SmsConfig, 'SMS_PREFIX_BUDGET'>): Budget[] =>
  readBudgets(config.SMS_PREFIX_BUDGET) ?? [];
