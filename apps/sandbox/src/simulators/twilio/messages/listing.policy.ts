import type { TextMessage } from '../message.ts';
import { API } from './resource.policy.ts';

export interface Listing {
  to: string | undefined;
  from: string | undefined;
  /** Whole GMT days, as `YYYY-MM-DD`; a message that was not sent yet has none. */
  sentOn: string | undefined;
  sentUntil: string | undefined;
  sentSince: string | undefined;
  pageSize: number;
  page: number;
  /** The last message of the previous page. */
  after: string | undefined;
}

type Query = Readonly<Record<string, string | undefined>>;

/** Null where a filter cannot be parsed. */
export function listingOf(query: Query): Listing | null {
  const pageSize = Number(query['PageSize'] ?? 50);
  const page = Number(query['Page'] ?? 0);
  if (!Number.isInteger(pageSize) || pageSize < 1 || !Number.isInteger(page) || page < 0) return null;
  const [, sign = '', exact] = /^([<>]?)=?(.*)$/.exec(query['DateSent'] ?? '') ?? [];
  const until = query['DateSent<'] ?? (sign === '<' ? exact : undefined);
  const since = query['DateSent>'] ?? (sign === '>' ? exact : undefined);
  const days = [sign === '' ? exact : undefined, until, since].map((text) => (text ? dayOf(text) : undefined));
  if (days.includes(null)) return null;
  const [sentOn, sentUntil, sentSince] = days as (string | undefined)[];
  const { To: to, From: from, PageToken: token } = query;
  return {
    to,
    from,
    sentOn,
    sentUntil,
    sentSince,
    pageSize: Math.min(pageSize, 1000),
    page,
    after: token?.replace(/^PA/, ''),
  };
}

function dayOf(text: string): string | null {
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : new Date(at).toISOString().slice(0, 10);
}

export function isListed(message: TextMessage, listing: Listing): boolean {
  if (listing.to !== undefined && message.to !== listing.to) return false;
  if (listing.from !== undefined && message.from !== listing.from) return false;
  const { sentOn, sentUntil, sentSince } = listing;
  if (sentOn === undefined && sentUntil === undefined && sentSince === undefined) return true;
  if (message.sentAt === null) return false;
  const day = new Date(message.sentAt).toISOString().slice(0, 10);
  return (sentOn ?? day) === day && day <= (sentUntil ?? day) && day >= (sentSince ?? day);
}

/** The paging fields. `last`: the Sid after which the next page begins; null on the last page. */
export function pageOf(
  accountSid: string,
  query: Query,
  listing: Listing,
  shown: number,
  last: string | null,
): Record<string, unknown> {
  const start = listing.page * listing.pageSize;
  const uri = (page: number, token: string | null) => {
    const next = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) next.set(name, value);
    next.set('PageSize', String(listing.pageSize));
    next.set('Page', String(page));
    next.delete('PageToken');
    if (token) next.set('PageToken', `PA${token}`);
    return `${API}/Accounts/${accountSid}/Messages.json?${next.toString()}`;
  };
  return {
    end: shown === 0 ? start : start + shown - 1,
    first_page_uri: uri(0, null),
    next_page_uri: last ? uri(listing.page + 1, last) : null,
    page: listing.page,
    page_size: listing.pageSize,
    previous_page_uri: null,
    start,
    uri: uri(listing.page, listing.after ?? null),
  };
}
