import { describe, expect, it } from '@jest/globals';
import type { SiblingCall } from '../delivery.ts';
import { matchLostCall } from './match.policy.ts';

const lease = 13_000;
const noon = Date.UTC(2030, 0, 1, 12);
const listed = (providerMessageId: string, afterMs = 1_000) => ({ providerMessageId, takenAt: noon + afterMs });
const aCall = (more: Partial<SiblingCall> = {}): SiblingCall => ({
  own: false,
  claimedAt: noon,
  providerMessageId: undefined,
  alike: true,
  ...more,
});
const theLostOne = aCall({ own: true });

describe('a text that looks like the one whose response was lost', () => {
  it('is that one when no other call can have caused it', () => {
    expect(matchLostCall([listed('SM1')], [theLostOne], lease)).toBe('SM1');
  });

  it('is not that one when the ledger knows it as another call’s', () => {
    expect(matchLostCall([listed('SM1')], [theLostOne, aCall({ providerMessageId: 'SM1' })], lease)).toBeUndefined();
    expect(
      matchLostCall([listed('SM1'), listed('SM2')], [theLostOne, aCall({ providerMessageId: 'SM1' })], lease),
    ).toBe('SM2');
  });

  it('may belong to either of two unconfirmed calls with the same text', () => {
    expect(matchLostCall([listed('SM1')], [theLostOne, aCall({ claimedAt: noon + 10 })], lease)).toBeUndefined();
  });

  it('is found when there are as many texts as unconfirmed calls: the earlier text is of the earlier call', () => {
    const texts = [listed('SM2', 2_000), listed('SM1', 1_000)];
    expect(matchLostCall(texts, [theLostOne, aCall({ claimedAt: noon + 10 })], lease)).toBe('SM1');
    expect(matchLostCall(texts, [aCall({ claimedAt: noon - 10 }), theLostOne], lease)).toBe('SM2');
  });

  it('belongs to none of ours when there are more texts than calls: another system sends from this account', () => {
    expect(matchLostCall([listed('SM1'), listed('SM2')], [theLostOne], lease)).toBeUndefined();
  });

  it('does not count when it was accepted long before the call or long after its lease', () => {
    expect(matchLostCall([listed('SM1', -61_000)], [theLostOne], lease)).toBeUndefined();
    expect(matchLostCall([listed('SM1', lease + 61_000)], [theLostOne], lease)).toBeUndefined();
  });

  it('may be the result of a call whose content only the provider knows', () => {
    expect(matchLostCall([listed('SM1')], [theLostOne, aCall({ alike: true })], lease)).toBeUndefined();
    expect(matchLostCall([listed('SM1')], [theLostOne, aCall({ alike: false })], lease)).toBe('SM1');
  });

  it('is already known when evidence of the call has arrived meanwhile', () => {
    expect(matchLostCall([], [{ ...theLostOne, providerMessageId: 'SM7' }], lease)).toBe('SM7');
  });

  it('proves nothing about a call that the ledger has forgotten', () => {
    expect(matchLostCall([listed('SM1')], [], lease)).toBeUndefined();
  });
});
