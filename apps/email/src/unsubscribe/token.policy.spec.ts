import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type UnsubscribeClaim, UnsubscribeTokens } from './token.policy.ts';

const key = randomBytes(32).toString('base64url');
const claim: UnsubscribeClaim = {
  tenant: 'acme',
  messageId: 'm-1',
  recipient: 'a'.repeat(32),
  scope: 'topic:newsletter',
};

describe('the token of an unsubscribe link', () => {
  const tokens = new UnsubscribeTokens([key]);

  it('returns what it was made for, and shows nothing of it', () => {
    const token = tokens.seal(claim);
    expect(tokens.open(token)).toEqual(claim);
    const bytes = Buffer.from(token, 'base64url').toString('latin1');
    for (const part of Object.values(claim)) expect(bytes).not.toContain(part);
  });

  it('is the same for the same claim, and another for any other', () => {
    expect(tokens.seal({ ...claim })).toBe(tokens.seal(claim));
    const others = Object.keys(claim).map((name) => tokens.seal({ ...claim, [name]: 'b' }));
    expect(new Set([tokens.seal(claim), ...others]).size).toBe(5);
  });

  it('fits into a path whatever the message is called', () => {
    const longest = {
      tenant: 't'.repeat(64),
      messageId: 'm'.repeat(200),
      recipient: 'a'.repeat(32),
      scope: `topic:${'n'.repeat(64)}`,
    };
    const token = tokens.seal(longest);
    expect(token.length).toBeLessThanOrEqual(600);
    expect(tokens.open(token)).toEqual(longest);
  });

  it('works while its key is being rotated, and no longer', () => {
    const next = randomBytes(32).toString('base64url');
    const old = tokens.seal(claim);
    const rotating = new UnsubscribeTokens([next, key]);
    expect(rotating.open(old)).toEqual(claim);
    expect(new UnsubscribeTokens([next]).open(rotating.seal(claim))).toEqual(claim);
    expect(new UnsubscribeTokens([next]).open(old)).toBeUndefined();
  });

  it('is accepted in no other form: of 10,000 changed ones not one', () => {
    const token = tokens.seal(claim);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const position = fc.nat(token.length - 1);
    const character = fc.constantFrom(...alphabet);
    const changed = fc.oneof(
      fc.tuple(position, character).map(([at, other]) => token.slice(0, at) + other + token.slice(at + 1)),
      position.map((at) => token.slice(0, at)),
      fc.tuple(position, character).map(([at, other]) => token.slice(0, at) + other + token.slice(at)),
      fc.string({ unit: character, minLength: 1, maxLength: 60 }).map((more) => token + more),
      fc.string({ maxLength: 200 }),
      fc.constantFrom(`${token}=`, ` ${token}`, token.toLowerCase(), ''),
    );
    fc.assert(
      fc.property(
        changed.filter((other) => other !== token),
        (other) => tokens.open(other) === undefined,
      ),
      { numRuns: 10_000 },
    );
  });

  it('of another installation is refused', () => {
    expect(tokens.open(new UnsubscribeTokens(['another key of 32 characters …']).seal(claim))).toBeUndefined();
    expect(new UnsubscribeTokens([]).open(tokens.seal(claim))).toBeUndefined();
  });
});
