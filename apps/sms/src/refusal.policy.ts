import type { Failure } from '#libs/contracts';
import { ownFailure } from '#libs/providers';
import { sizeOf } from './content/segments.policy.ts';
import { closest } from './recipient/region.policy.ts';
import type { SmsMessage } from './sms-message.ts';

export interface SendingRules {
  /** Regions to which texts may be sent. */
  allowed: readonly string[];
  /** Regions that support media by MMS. */
  mmsRegions: readonly string[];
  maxSegments: number;
}

/** Why the configuration does not allow a text; undefined: it does. */
export function refusalOf(message: SmsMessage, rules: SendingRules): Failure | undefined {
  const { kind, senderProblem } = message;
  const { allowed, mmsRegions } = rules;
  const country = message.region ?? 'this country';
  if (!isAmong(allowed, message)) return notAllowed(country);
  if (kind === 'mms' && !isAmong(mmsRegions, message)) return noMedia(country);
  if (senderProblem !== undefined) return noSender(senderProblem);
  return tooLong(message, rules);
}

const isAmong = (regions: readonly string[], { to, region }: SmsMessage) =>
  closest(regions, (entry) => entry, { to, region }) !== undefined;

const notAllowed = (country: string) =>
  ownFailure(
    'MSG_COUNTRY_NOT_ALLOWED',
    'bad-recipient',
    'never',
    `Texts to ${country} are not allowed here, so nothing was sent.`,
    {
      remedy:
        `If they are wanted, add ${country} to SMS_ALLOWED_COUNTRIES and publish it again; else look who asks for ` +
        'them (SMS pumping).',
    },
  );

const noMedia = (country: string) =>
  ownFailure(
    'MSG_MMS_NOT_AVAILABLE',
    'bad-recipient',
    'never',
    `Media cannot be sent to ${country} by MMS, so nothing was sent.`,
  );

const noSender = (why: string) =>
  ownFailure('MSG_NO_SENDER', 'account', 'operator', `No configured sender can send it: ${why}. Nothing was sent.`);

function tooLong({ kind, body, smartEncoding }: SmsMessage, rules: SendingRules): Failure | undefined {
  if (kind !== 'sms' || body === undefined) return undefined;
  const { segments, encoding } = sizeOf(body, smartEncoding ?? false);
  if (segments <= rules.maxSegments) return undefined;
  const rule = `must take at most ${rules.maxSegments} segments, and takes ${segments} in ${encoding}`;
  return ownFailure(
    'MSG_TOO_MANY_SEGMENTS',
    'bad-content',
    'never',
    `The text takes ${segments} segments in ${encoding}, more than the ${rules.maxSegments} that are allowed; ` +
      'nothing was sent.',
    {
      fields: [{ field: 'body', rule }],
    },
  );
}
