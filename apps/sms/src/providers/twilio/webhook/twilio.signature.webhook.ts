import { repairText } from '#libs/contracts';
import twilio from 'twilio';

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
    if (new URL(url).searchParams.has('bodySHA256')) {
      return this.tokens.some((token) => twilio.validateRequestWithBody(token, signature, url, body))
        ? jsonParams(body)
        : undefined;
    }
    const form = formParams(body);
    return this.tokens.some((token) => twilio.validateRequest(token, signature, url, form))
      ? firstValues(form)
      : undefined;
  }
}

function formParams(body: string): Record<string, string | string[]> {
  const search = new URLSearchParams(body);
  return Object.fromEntries(
    [...new Set(search.keys())].map((name) => {
      const values = [...search.getAll(name)];
      return [name, values.length > 1 ? values : values[0]!];
    }),
  );
}

/** Longer than any value of Twilio's: a text has 1,600 characters at most. */
const MOST_CHARACTERS = 10_000;

/** All parameters from Twilio are read here. Twilio cannot be asked to correct a text, so texts are repaired. */
const repaired = (fields: readonly (readonly [string, string])[]): TwilioParams =>
  Object.fromEntries(
    fields
      .map(([name, value]) => [name, repairText(value, MOST_CHARACTERS)] as const)
      .filter(([, value]) => value !== ''),
  );

const firstValues = (form: Record<string, string | string[]>): TwilioParams =>
  repaired(Object.entries(form).map(([name, value]) => [name, Array.isArray(value) ? value[0]! : value]));

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

/** The reference in the URL of a callback. */
export const queryOf = (path: string): TwilioParams => repaired([...new URL(path, 'http://twilio').searchParams]);
