import { Category, Channel, json, TimeZone } from '#libs/contracts';
import { z } from 'zod';
import { zonesOf } from './local-time.ts';
import { firstAllowed, type QuietTime } from './quiet-time.policy.ts';

const SPAN = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/;

/** `21:00-08:00` */
export function readSpan(text: string): QuietTime {
  const [, fromHour, fromMinute, untilHour, untilMinute] = SPAN.exec(text) ?? [];
  return {
    from: Number(fromHour) * 60 + Number(fromMinute),
    until: Number(untilHour) * 60 + Number(untilMinute),
  };
}

/** When messages of a kind are not sent. */
export const QuietRule = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must hold lower-case letters, digits and - only')
      .describe('Shown with each message that it puts off.'),
    channel: Channel.optional().describe('Unset: every channel.'),
    countries: z
      .array(z.string().refine((code) => zonesOf(code).length > 0, 'must be a country’s ISO code, such as US'))
      .min(1)
      .optional()
      .describe('By the recipient’s number. Unset: every country, and recipients whose country is not known.'),
    category: z
      .enum([...Category.options, 'any'])
      .default('marketing')
      .describe('What it concerns; urgent messages never.'),
    quiet: z
      .string()
      .regex(SPAN, 'must be two times of day, such as 21:00-08:00')
      .refine((text) => text.slice(0, 5) !== text.slice(6), 'must not begin and end at the same time')
      .describe('From when until when nothing is sent, on the recipient’s clocks.'),
    timeZone: TimeZone.default('Etc/UTC').describe(
      'The recipient’s time zone where neither the request nor the country says it.',
    ),
  })
  .superRefine(({ countries = [], quiet }, context) => {
    for (const country of countries) {
      const rule = { quiet: readSpan(quiet), zones: zonesOf(country) };
      if (firstAllowed([rule], SOME_DAY).end === undefined)
        context.addIssue({ code: 'custom', path: ['quiet'], message: `is never over in all time zones of ${country}` });
    }
  });
export type QuietRule = z.infer<typeof QuietRule>;

/** Whether zones have a time of day in common does not depend on the day. */
const SOME_DAY = Date.UTC(2026, 0, 15);

const QuietRules = z.array(QuietRule).superRefine((rules, context) => {
  const names = rules.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) context.addIssue({ code: 'custom', message: `has two rules of the name ${twice}` });
});

/** The Telephone Consumer Protection Act: no telemarketing before 8 and after 21 o’clock (47 CFR 64.1200(c)(1)). */
export const standardQuietHours: readonly z.input<typeof QuietRule>[] = [
  { name: 'us-marketing', channel: 'sms', countries: ['US'], quiet: '21:00-08:00' },
];

/** Settings of quiet hours, the same in every channel. */
export const quietSettings = {
  QUIET_HOURS: json(QuietRules)
    .default(standardQuietHours.map((rule) => QuietRule.parse(rule)))
    .describe(
      'When messages are not sent, as JSON: [{"name":"us-marketing","channel":"sms","countries":["US"],' +
        '"category":"marketing","quiet":"21:00-08:00","timeZone":"Etc/UTC"}], which holds where nothing is set ' +
        '(docs/delivery.md). [] for none.',
    ),
};
