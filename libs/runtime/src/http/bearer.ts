import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** One or more access tokens, separated by commas, so that they can be replaced one after another. */
export const accessTokens = z
  .string()
  .regex(
    /^[\x21-\x2b\x2d-\x7e]{16,}(?:,[\x21-\x2b\x2d-\x7e]{16,})*$/,
    'must be one or more tokens of at least 16 characters, separated by commas, without blanks',
  );

/** The tokens that let in. Digests are compared, so that neither time nor length tells anything. */
export class BearerTokens {
  private readonly accepted: readonly Buffer[];

  /** @param tokens separated by commas */
  constructor(tokens: string) {
    this.accepted = tokens.split(',').map(digest);
  }

  /** `wrong`: a token was given, and it is none of these. */
  look(authorization: string | undefined): 'good' | 'wrong' | 'missing' {
    const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (given === undefined) return 'missing';
    const seen = digest(given);
    return this.accepted.reduce((known, accepted) => timingSafeEqual(accepted, seen) || known, false)
      ? 'good'
      : 'wrong';
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
