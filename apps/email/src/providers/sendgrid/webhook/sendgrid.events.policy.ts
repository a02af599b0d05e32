import { cutText } from '#libs/contracts';
import { isRecord, readAs } from '#libs/providers';
import { z } from 'zod';

/**
 * The fields of an event that we use (SendGrid’s Event Webhook Reference). It needs `event`, and either `sg_message_id`
 * or our reference among its custom arguments; to change a suppression only, `email`. All other fields may be missing,
 * and unknown ones are kept and ignored.
 */
export const SendgridEvent = z.looseObject({
  event: z
    .string()
    .transform((event) => cutText(event, 64))
    .catch(''),
  email: readAs.text(320),
  timestamp: readAs.time(),
  sg_event_id: readAs.text(200),
  sg_message_id: readAs.text(300),
  type: readAs.text(64),
  reason: readAs.text(10_000),
  status: readAs.text(64),
  attempt: readAs.textOrNumber(),
  bounce_classification: readAs.text(100),
  sg_machine_open: readAs.flag(),
  url: readAs.text(10_000),
  url_offset: z.unknown().optional(),
  asm_group_id: readAs.id(),
});
export type SendgridEvent = z.infer<typeof SendgridEvent>;

/** An event with the JSON that it was parsed from. */
export interface ReadEvent {
  given: unknown;
  /** Undefined where it is no object. */
  event: SendgridEvent | undefined;
}

/** The events of a request: a list, or a single event. */
export const eventsOf = (body: unknown): ReadEvent[] =>
  (Array.isArray(body) ? body : [body]).map((given: unknown) => ({
    given,
    event: isRecord(given) ? SendgridEvent.parse(given) : undefined,
  }));

/**
 * `<X-Message-Id>.recvd-…`: events and activity append a suffix to the id of the send. Older ids contain dots
 * themselves.
 */
export const withoutSuffix = (id: string): string => id.replace(/\.(?:recvd|filter)[^]*$/, '');

const dropReasons = [
  'Recipient List over Package Quota',
  'Invalid SMTPAPI header',
  'Spam Reporting Address',
  'Unsubscribed Address',
  'Bounced Address',
  'Spam Content',
  'Invalid',
];

/**
 * Why SendGrid dropped a mail: the first known reason that the text contains, longer ones first. The text itself may
 * quote an address.
 */
export function dropReason({ reason = '' }: Pick<SendgridEvent, 'reason'>): string {
  const given = reason.toLowerCase();
  return dropReasons.find((known) => given.includes(known.toLowerCase())) ?? 'another reason';
}

/** `blocked` (`block` in one place of SendGrid's own description) is not permanent. */
export const isBlocked = ({ type }: Pick<SendgridEvent, 'type'>): boolean => type === 'block' || type === 'blocked';
