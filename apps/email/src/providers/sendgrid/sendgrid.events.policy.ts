import { z } from 'zod';

/** A field that is not as described is as good as missing: one odd event must not hold up the batch it came in. */
const text = (max: number) => z.string().max(max).optional().catch(undefined);

/** One event of the event webhook, as far as we read it (provider facts, §2.3). Everything else in it is kept and ignored. */
export const SendgridEvent = z.looseObject({
  event: z.string().max(64).catch('(none)'),
  email: text(320),
  timestamp: z.number().positive().max(99_999_999_999).optional().catch(undefined),
  sg_event_id: text(200),
  sg_message_id: text(300),
  type: text(64),
  reason: text(10_000),
  status: text(64),
  attempt: z.union([z.string(), z.number()]).optional().catch(undefined),
  bounce_classification: text(100),
  sg_machine_open: z.boolean().optional().catch(undefined),
  url: text(10_000),
  url_offset: z.unknown().optional(),
  asm_group_id: z.number().int().positive().optional().catch(undefined),
});
export type SendgridEvent = z.infer<typeof SendgridEvent>;

/** The body of a delivery; undefined when it is no list. What is no object is told as an event without a name. */
export function eventsOf(body: unknown): SendgridEvent[] | undefined {
  const list = z.array(z.unknown()).max(10_000).safeParse(body);
  return list.data?.map((entry) => SendgridEvent.safeParse(entry).data ?? { event: '(none)', entry });
}

/** `<X-Message-Id>.recvd-…`: events and activity add a suffix to the id of the send. Older ids hold dots themselves. */
export const withoutSuffix = (id: string): string => id.replace(/\.(?:recvd|filter)[^]*$/, '');

const dropReasons = [
  'Recipient List over Package Quota', 'Invalid SMTPAPI header', 'Spam Reporting Address', 'Unsubscribed Address', 'Bounced Address', 'Spam Content', 'Invalid',
]; // prettier-ignore

/** Why SendGrid refused to try: the first of its reasons that the text holds, the longer before the shorter. The text itself may quote an address. */
export function dropReason({ reason = '' }: Pick<SendgridEvent, 'reason'>): string {
  const given = reason.toLowerCase();
  return dropReasons.find((known) => given.includes(known.toLowerCase())) ?? 'another reason';
}

/** `blocked` (in one place of SendGrid's own description `block`) is not permanent. */
export const isBlocked = ({ type }: Pick<SendgridEvent, 'type'>): boolean => type === 'block' || type === 'blocked';
