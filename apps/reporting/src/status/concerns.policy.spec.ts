import { describe, expect, it } from '@jest/globals';
import { concernsOf } from './concerns.policy.ts';

type Status = Parameters<typeof concernsOf>[0];
const baseline: Status = {
  services: [{ service: 'email', address: 'http://email-0', replica: 'email-0', status: 'ok', checks: [] }],
  lag: [{ group: 'messaging.email', records: 9_999, topics: [{ topic: 'messaging.email.requested', records: 9_999 }] }],
  // Its time is over, and nothing has been sent since.
  holds: [{ channel: 'email', provider: 'q', scope: 'all', code: 'http_429', leftMs: 0 }],
  pauses: [],
  waiting: { scheduled: 1_000, parked: 50, latenessS: 0 },
  openLetters: 0,
  quarantined: [],
  operations: [{ operationId: 'o-1', kind: 'redrive', state: 'running', missing: [] }],
};

describe('what needs hands', () => {
  it('is nothing while messages are on their way, wait for their time, or are being redriven', () =>
    expect(concernsOf(baseline)).toEqual([]));

  it.each<[string, Partial<Status>, RegExp]>([
    [
      'a service that is away',
      { services: [{ service: 'sms', address: 'http://sms-1', replica: null, status: 'away', checks: [] }] },
      /^sms does not answer at http:\/\/sms-1$/,
    ],
    [
      'a check that is not as it should be',
      {
        services: [
          {
            service: 'retry',
            address: 'http://retry',
            replica: 'r-0',
            status: 'degraded',
            checks: [{ name: 'answers', status: 'degraded', meaning: '3 messages are stuck', remedy: '' }],
          },
        ],
      },
      /^retry \(r-0\), answers: 3 messages are stuck/,
    ],
    [
      'a lag',
      { lag: [{ group: 'messaging.sms', records: 20_000, topics: [{ topic: 'sms.requested', records: 20_000 }] }] },
      /20000 records behind, most in sms.requested/,
    ],
    [
      'a hold',
      { holds: [{ channel: 'email', provider: 'p', scope: 'all', code: 'http_401', leftMs: 5 }] },
      /email leaves p alone after http_401/,
    ],
    ['a pause', { pauses: [{ key: 'pause:channel:email', reason: null }] }, /1 pause\(s\)/],
    [
      'a release that is late',
      { waiting: { scheduled: 5, parked: 0, latenessS: 75.4 } },
      /^what is due leaves retry 75 s late/,
    ],
    ['an open dead letter', { openLetters: 2 }, /2 dead letter\(s\)/],
    [
      'a quarantined record',
      { quarantined: [{ code: 'MSG_UNREADABLE', origin: 'x', records: 4 }] },
      /4 record\(s\) were quarantined/,
    ],
    [
      'an operation that a service does not take up',
      { operations: [{ operationId: 'o-2', kind: 'redrive', state: 'requested', missing: ['retry'] }] },
      /operation o-2 has no word from retry/,
    ],
  ])('is %s', (_, more, words) =>
    expect(concernsOf({ ...baseline, ...more })).toMatchObject([{ says: expect.stringMatching(words) }]),
  );

  it('names a hold or a pause once, though the readiness of its channel says the same', () => {
    const checks = ['holds', 'paused'].map((name) => ({ name, status: 'degraded', meaning: 'the same', remedy: '' }));
    const [service] = baseline.services;
    const kept = {
      services: [{ ...service!, status: 'degraded' as const, checks }],
      holds: [{ channel: 'email', provider: 'p', scope: 'all', code: 'http_401', leftMs: 5 }],
      pauses: [{ key: 'pause:channel:email', reason: null }],
    };
    expect(concernsOf({ ...baseline, ...kept }).map(({ about }) => about)).toEqual(['hold', 'pause']);
    expect(concernsOf({ ...baseline, ...kept, holds: [], pauses: [] }).map(({ about }) => about)).toEqual([
      'service',
      'service',
    ]);
  });
});
