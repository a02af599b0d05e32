import type { FieldError } from '#libs/contracts';

/**
 * Media that Twilio could not fetch, field by field. It fetches from outside, and takes jpeg, png and gif up to 5 MB, anything
 * else up to 500 kB (WhatsApp: 16 MB): sizes show only when it does, and are its word then (63019, 63034, 11751).
 */
export function mediaProblems(urls: readonly string[]): FieldError[] {
  return urls.flatMap((address, index) => {
    const rule = ruleFor(URL.parse(address));
    return rule ? [{ field: `mediaUrls[${index}]`, rule }] : [];
  });
}

const unreachable = /^(localhost|.*\.localhost|.*\.local|.*\.internal|\d+\.\d+\.\d+\.\d+|\[.*\])$/i;

function ruleFor(url: URL | null): string | undefined {
  if (url?.protocol !== 'https:') return 'must begin with https://';
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password: put a signature into the query';
  return unreachable.test(url.hostname) ? 'must have a host name that the provider can reach from outside' : undefined;
}
