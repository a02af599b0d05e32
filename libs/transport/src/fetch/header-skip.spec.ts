import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aBatch, aMarker, altered, type WrittenRecord } from '../../test/a-batch.ts';
import { type FactRule, HeaderSkip } from './header-skip.ts';
import { readRecordSet } from './record-set.ts';
import type { UnreadMessage } from './unread.ts';

const isOwn: FactRule = ({ ce_factsource: source }) => source === 'email';

const aFact = (source: string | undefined, more: Record<string, string> = {}): WrittenRecord => ({
  key: 'k',
  value: source ?? 'nobody',
  headers: { ce_id: '1', ...more, ...(source !== undefined && { ce_factchannel: 'email', ce_factsource: source }) },
});
const read = (bytes: Buffer, skip?: HeaderSkip, fetchOffset = 0) =>
  readRecordSet({ fetchOffset, highWatermark: 1_000, abortedTransactions: [], bytes, skip });
const seen = (messages: readonly UnreadMessage[]) =>
  messages.map(({ offset, value, skipped }) => (skipped ? `up to ${offset}` : `${offset} ${value?.toString()}`));

describe('records that are skipped by their headers', () => {
  it('are replaced by one record without content, at the last of their offsets', async () => {
    const records = ['receipt', 'email', 'email', 'lookup', 'email'].map((source) => aFact(source));
    const batch = await aBatch({ firstOffset: 0, records });
    expect(seen(await read(batch, new HeaderSkip(isOwn)))).toEqual(['0 receipt', 'up to 2', '3 lookup', 'up to 4']);
  });

  it('are exactly those that the rule names, in every batch', async () => {
    const fact = fc
      .tuple(fc.constantFrom('email', 'sms', 'receipt', undefined), fc.dictionary(fc.string(), fc.string()))
      .map(([source, more]) => aFact(source, more));
    const skip = new HeaderSkip(isOwn);
    await fc.assert(
      fc.asyncProperty(fc.array(fact, { minLength: 1, maxLength: 12 }), async (records) => {
        const batch = await aBatch({ firstOffset: 0, records });
        const messages = await read(batch, skip);
        const isSkipped = ({ headers }: WrittenRecord) => isOwn(headers as Record<string, string>);
        const wanted = records.flatMap((each, index) => (isSkipped(each) ? [] : [`${index} ${String(each.value)}`]));
        expect(seen(messages.filter(({ skipped }) => !skipped))).toEqual(wanted);
        // No offset is left out: it moves over all of them.
        expect(messages.at(-1)!.offset).toBe(String(records.length - 1));
      }),
    );
  });

  it('are found by the headers of facts alone, wherever these are', async () => {
    const asked: Record<string, string | undefined>[] = [];
    const skip = new HeaderSkip((headers) => asked.push(headers) < 0);
    const headers = { ce_factsource: 'email', other: 'x', ce_factchannel: 'sms', ce_fac: 'y' };
    await read(await aBatch({ firstOffset: 0, records: [{ key: null, value: 'a', headers }, aFact(undefined)] }), skip);
    expect(asked).toEqual([{ ce_factsource: 'email', ce_factchannel: 'sms' }, {}]);
  });

  it('are passed to the rule once for the same headers', async () => {
    let asked = 0;
    const skip = new HeaderSkip((headers) => (asked += 1) > 0 && isOwn(headers));
    const records = Array.from({ length: 50 }, (_, index) => aFact(index % 2 ? 'email' : 'receipt'));
    const messages = await read(await aBatch({ firstOffset: 0, records }), skip);
    expect(messages.filter(({ skipped }) => skipped)).toHaveLength(25);
    expect(asked).toBe(2);
  });

  it('hide no damage: a batch with a broken one is left out as a whole', async () => {
    const body = Buffer.from('0e00000001610100', 'hex');
    const batch = altered(await aBatch({ firstOffset: 0, records: [aFact('email')] }), { body });
    expect(await read(batch, new HeaderSkip(() => true))).toMatchObject([{ undecodable: { fault: 'records' } }]);
  });

  it('are never markers of transactions', async () => {
    const [marker] = await read(await aMarker(0, 7, true), new HeaderSkip(() => true));
    expect(marker).toMatchObject({ offset: '0', isControlRecord: true });
    expect(marker!.skipped).toBeUndefined();
  });
});
