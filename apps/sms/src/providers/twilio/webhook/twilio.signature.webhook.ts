import { repairText } from '#libs/contracts';
import twilio from 'twilio';
import { isSignedAsCalled, type TwilioForm } from './twilio.as-called.policy.ts';

/**
 * The parameters of a webhook call, fit to be stored; the first value of a repeated name. Empty values are left out.
 */
export type TwilioParams = Readonly<Record<string, string>>;

export interface TwilioWebhook {
  /** Path and query, as they were called. */
  path: string;
  signature: string | undefined;
  rawBody: Buffer;
}

/**
 * Distinguishes genuine webhook calls from forged ones (Twilio’s docs, Validating Requests): forms are signed together
 * with the URL, JSON bodies by their digest in the query.
 */
export class TwilioSignature {
  private readonly tokens: readonly string[];
  private readonly publicUrl: string;

  /** @param tokens any of them may have signed: two during a rotation of the auth token */
  constructor(tokens: readonly string[], publicUrl: string) {
    this.tokens = tokens;
    this.publicUrl = new URL(publicUrl).href.replace(/\/$/, '');
  }

  /** The parameters of a genuine call; undefined for any other. */
  read({ path, signature, rawBody }: TwilioWebhook): TwilioParams | undefined {
    if (!signature) return undefined;
    // Twilio signs the URL that it was given, with its query: behind a proxy this server sees another one.
    const url = this.publicUrl + path;
    const body = rawBody.toString('utf8');
    // A digest in the signed URL belongs to this body, whatever its media type.
    if (namesDigest(url)) {
      return this.tokens.some((token) => twilio.validateRequestWithBody(token, signature, url, body))
        ? jsonParams(body)
        : undefined;
    }
    const form = formParams(body);
    return this.isSigned(signature, url, form) ? firstValues(form) : undefined;
  }

  private isSigned(signature: string, url: string, form: TwilioForm): boolean {
    return (
      this.tokens.some((token) => isSignedAsCalled(token, signature, url, form)) ||
      this.tokens.some((token) => twilio.validateRequest(token, signature, url, form))
    );
  }
}

/** Whether the query has the digest of a body. An address that neither has its name nor escapes anything has none. */
const namesDigest = (url: string): boolean =>
  (url.includes('bodySHA256') || url.includes('%')) && new URL(url).searchParams.has('bodySHA256');

function formParams(body: string): TwilioForm {
  const form = new Map<string, string | string[]>();
  for (const [name, value] of new URLSearchParams(body)) {
    const earlier = form.get(name);
    form.set(name, earlier === undefined ? value : [earlier, value].flat());
  }
  return Object.fromEntries(form);
}

/** Longer than any value of Twilio's: a text has 1,600 characters at most. */
const MOST_CHARACTERS = 10_000;

/** All parameters from Twilio are read here. Twilio cannot be asked to correct a text, so texts are repaired. */
function repaired(fields: Iterable<readonly [string, string]>): TwilioParams {
  const kept = new Map<string, string>();
  for (const [name, value] of fields) {
    const text = repairText(value, MOST_CHARACTERS);
    if (text !== '') kept.set(name, text);
  }
  return Object.fromEntries(kept);
}

const firstValues = (form: TwilioForm): TwilioParams =>
  repaired(Object.entries(form).map(([name, value]) => [name, typeof value === 'string' ? value : value[0]!]));

function jsonParams(body: string): TwilioParams {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value !== 'object' || value === null) return {};
    const plain = Object.entries(value).filter(([, field]) => ['string', 'number', 'boolean'].includes(typeof field));
    return repaired(plain.map(([name, field]) => [name, String(field)]));
  } catch {
    return {};
  }
}

/** What the address of a callback says: our reference. */
export function queryOf(path: string): TwilioParams {
  const [called = ''] = path.split('#', 1);
  const from = called.indexOf('?');
  return from < 0 ? {} : repaired(new URLSearchParams(called.slice(from + 1)));
}
