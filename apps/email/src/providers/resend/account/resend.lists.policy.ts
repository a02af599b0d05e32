import type { ListedAddress } from '#libs/providers';
import { z } from 'zod';

const reasons = { bounce: 'hard-bounce', complaint: 'complaint', manual: 'manual' } as const;

const List = z.looseObject({
  has_more: z.boolean(),
  data: z.array(z.looseObject({ id: z.string(), email: z.string(), origin: z.string(), created_at: z.string() })),
});

export interface ResendListPage {
  entries: ListedAddress[];
  /** The id after which the next page begins; undefined: this is the last page. */
  after: string | undefined;
}

/** A page of GET /suppressions; undefined where the response is none. */
export function listPageOf(body: unknown): ResendListPage | undefined {
  const parsed = List.safeParse(body).data;
  if (!parsed) return undefined;
  const { data, has_more: more } = parsed;
  const entries = data.map(({ email, origin, created_at }) => ({
    address: email,
    scope: 'all',
    reason: reasonOf(origin),
    at: timeOf(created_at),
  }));
  return { entries, after: more ? data.at(-1)?.id : undefined };
}

/** Our reason for an origin of Resend's; an unknown one counts as added by a person. */
export const reasonOf = (origin: string): string =>
  Object.hasOwn(reasons, origin) ? reasons[origin as keyof typeof reasons] : 'manual';

/**
 * Resend writes `2023-10-06 23:47:56.678+00`. A time that cannot be read becomes the earliest, so that any other record
 * wins.
 */
function timeOf(text: string): Date {
  const time = new Date(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'));
  return Number.isNaN(time.getTime()) ? new Date(0) : time;
}
