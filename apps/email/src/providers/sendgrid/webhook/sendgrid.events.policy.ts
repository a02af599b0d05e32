import { cutText } from '#libs/contracts';
import { isRecord, readAs } from '#libs/providers';
import { z } from 'zod';

/**
 * One event of the event webhook, as far as we read it (SendGrid’s Event Webhook Reference). Its `event` is needed, and
 * either
 * `sg_message_id` or our reference among its custom arguments; to change a suppression alone, `email`. Everything else
 * may be missing, and what we do not read is kept and ignored.
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

/** An event with what it was read from. */
export interface ReadEvent {
  given: unknown;
  /** Undefined where it is no object. */
  event: SendgridEvent | undefined;
}

/** The events of a delivery: of a list, or one that comes alone. */
export const eventsOf = (body: unknown): ReadEvent[] =>
  (Array.isArray(body) ? body : [body]).map((given: unknown) => ({
    given,
    event: isRecord(given) ? SendgridEvent.parse(given) : undefined,
  }));

/** `<X-Message-Id>.recvd-…`: events and activity add a suffix to the id of the send. Older ids hold dots themselves. */
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
 * Why SendGrid refused to try: the first of its reasons that the text holds, the longer before the shorter. The text
 * itself may quote an address.
 */
export function dropReason({ reason = '' }: Pick<SendgridEvent, 'reason'>): string {
  const given = reason.toLowerCase();
  return dropReasons.find((known) => given.includes(known.toLowerCase())) ?? 'another reason';
}

/** `blocked` (in one place of SendGrid's own description `block`) is not permanent. */
export const isBlocked = ({ type }: Pick<SendgridEvent, 'type'>): boolean => type === 'block' || type === 'blocked';
