// A longer wait is not accepted: otherwise a wrong header could stop all sending for hours.
const LONGEST_HOLD_MS = 5 * 60_000;

/**
 * Until when rate headers ask to wait, in ms since 1970: only where they say that nothing remains. `x-ratelimit-reset`
 * is in unix seconds (SendGrid), `ratelimit-reset` in seconds from now (Resend).
 */
export function holdByHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  now: number,
): number | undefined {
  if (numberOf(headers['x-ratelimit-remaining']) === 0)
    return believable((numberOf(headers['x-ratelimit-reset']) ?? 0) * 1000, now);
  if (numberOf(headers['ratelimit-remaining']) === 0)
    return believable(now + (numberOf(headers['ratelimit-reset']) ?? 0) * 1000, now);
  return undefined;
}

const believable = (until: number, now: number) => (until > now ? Math.min(until, now + LONGEST_HOLD_MS) : undefined);

function numberOf(header: string | string[] | undefined): number | undefined {
  if (typeof header !== 'string' || header.trim() === '') return undefined;
  const value = Number(header);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}
