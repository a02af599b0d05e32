import { cutText } from '#libs/contracts';
import { isRecord, readAs } from '#libs/providers';
import { z } from 'zod';

/** Resend's maximum number of recipients of a mail is 50. */
const MOST_RECIPIENTS = 50;

/**
 * The fields of a webhook event that we use (Resend’s docs, Webhooks, Event Types). An event about a mail needs its
 * type, and either `email_id` or our reference in tags or headers; one about the suppression list needs its type and
 * `email`. All other fields may be missing.
 */
export const ResendEvent = z.looseObject({
  type: z
    .string()
    .transform((type) => cutText(type, 64))
    .catch(''),
  created_at: readAs.time(),
  data: z
    .looseObject({
      email_id: readAs.text(300),
      // An address may have a display name.
      to: readAs.list(MOST_RECIPIENTS, 1_000),
      tags: readAs.named(),
      headers: readAs.named(),
      bounce: readAs.part({ type: readAs.text(64), subType: readAs.text(64) }),
      click: readAs.part({ link: readAs.text(10_000) }),
      failed: readAs.part({ reason: readAs.text(200) }),
      suppressed: readAs.part({ type: readAs.text(64), reason: readAs.text(64) }),
      email: readAs.text(1_000),
      origin: readAs.text(64),
      created_at: readAs.time(),
    })
    .catch({}),
});
export type ResendEvent = z.infer<typeof ResendEvent>;

/** The event in a body; undefined where the body is no object. */
export const eventOf = (body: unknown): ResendEvent | undefined =>
  isRecord(body) ? ResendEvent.parse(body) : undefined;

/** `Ada <ada@example.org>` → the address; undefined where that is too long. */
export function bare(address: string): string | undefined {
  const found = (/<([^<>]+)>\s*$/.exec(address)?.[1] ?? address).trim();
  return found === '' || found.length > 320 ? undefined : found;
}
