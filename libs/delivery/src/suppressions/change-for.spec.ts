import { BadRecordTime, type SuppressionChanged, textProblem } from '#libs/contracts';
import { changeFor } from './suppressions.service.ts';
import { describe, expect, it } from '@jest/globals';

const noon = Date.parse('2030-01-31T12:00:00Z');
const key = Buffer.from('email:aa:all');
const word: SuppressionChanged = {
  channel: 'email',
  recipient: 'aa',
  scope: 'all',
  reason: 'manual',
  at: '2030-01-31T12:00:00Z',
};

describe('a suppression record of another producer', () => {
  it('counts though one of its texts cannot be stored: that is repaired', () => {
    const reported = { ...word, note: 'asked\ud83d by\0 phone', by: 'Eve\n', mask: 'a***@\ude00.test' };
    const keyed = changeFor('email', reported, { key, headers: {}, timestamp: noon });
    expect(keyed).toEqual({
      key: 'email:aa:all',
      word: { suppress: { ...word, note: 'asked\ufffd by phone', by: 'Eve ', mask: 'a***@\ufffd.test' } },
    });
    expect(textProblem(JSON.stringify(keyed))).toBeUndefined();
  });

  it('is lifted by a tombstone at the record’s time, or at the one in its headers', () => {
    expect(changeFor('email', null, { key, headers: {}, timestamp: noon })?.word).toMatchObject({
      lift: { at: '2030-01-31T12:00:00.000Z' },
    });
    const headers = { 'x-lifted-at': '2030-02-01T12:00:00Z', 'x-lifted-because': 'she asked\0' };
    expect(changeFor('email', null, { key, headers, timestamp: -1 })?.word).toEqual({
      lift: { at: '2030-02-01T12:00:00Z', note: 'she asked', by: undefined },
    });
  });

  it.each([-1, 0, noon / 1000])(
    'is not lifted by one without a time in milliseconds (%d): that is quarantined with an error of its own',
    (timestamp) => {
      expect(() => changeFor('email', null, { key, headers: {}, timestamp })).toThrow(BadRecordTime);
      expect(changeFor('sms', null, { key, headers: {}, timestamp })).toBeUndefined();
    },
  );
});
