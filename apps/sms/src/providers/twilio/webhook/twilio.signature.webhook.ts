import { repairText } from '#libs/contracts';
import twilio from 'twilio';

/**
 * What a webhook says, fit to be stored; of a name that stands several times, the first value. What is empty is
 * missing.
 */
export type TwilioParams = Readonly<Record<string, string>>;

export interface TwilioWebhook {
  /** Path and query, as they were called. */
  path: string;
  signature: string | undefined;
  rawBody: Buffer;
}

/**
 * Tells genuine webhooks from forged ones (Twilio’s docs, Validating Requests): forms are signed with the address, JSON
 * by its digest in the query.
 */
export class TwilioSignature {
  private readonly tokens: readonly string[];
  private readonly publicUrl: string;

  /** @param tokens any of them may have signed: two while the auth token is changed */
  constructor(tokens: readonly string[], publicUrl: string) {
    this.tokens = tokens;
    this.publicUrl = new URL(publicUrl).href.replace(/\/$/, '');
  }

  /** What a genuine webhook says; undefined for any other. */
  read({ path, signature, rawBody }: TwilioWebhook): TwilioParams | undefined {
    if (!signature) return undefined;
    // Twilio signs the address it was given, with its query: behind a proxy that is not the one this server sees.
    const url = this.publicUrl + path;
    const body = rawBody.toString('utf8');
    // Whoever signed a digest meant this very body, whatever its media type says.
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

/** More than any value of Twilio's has: a text is 1,600 characters at most. */
const MOST_CHARACTERS = 10_000;

/** The one place where what Twilio sends becomes values: nobody could be told to correct a text, so it is repaired. */
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

/** What the address of a callback says: our reference. */
export const queryOf = (path: string): TwilioParams => repaired([...new URL(path, 'http://twilio').searchParams]);
