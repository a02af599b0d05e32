import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { perform } from './perform.ts';

const operation = {
  operationId: 'call-17',
  kind: 'suppress',
  state: 'requested',
  missing: [] as string[],
  counts: {},
  tenants: 'all',
  atMost: null,
  reason: 'asked by phone',
  askedBy: 'key:0123456789',
  askedAt: '2030-01-31T12:00:00.000Z',
  stopAskedBy: null,
  services: [{ service: 'sms', state: null, reason: null }],
};
const order = {
  command: 'add',
  json: false,
  id: 'call-17',
  wait: true,
  body: { channel: 'sms', recipient: '+14155550100', note: 'asked by phone' },
} as const;

describe('a change of suppressions by a command', () => {
  let shown: string[];
  beforeEach(() => {
    shown = [];
    jest.spyOn(console, 'log').mockImplementation((text: string) => void shown.push(text));
  });
  afterEach(() => void jest.restoreAllMocks());
  /** The API, which answers so, one after another. */
  const answering = (...answers: Partial<typeof operation>[]) => {
    const asked: unknown[][] = [];
    const call = (...args: unknown[]) => {
      asked.push(args);
      return Promise.resolve({ ...operation, ...answers[Math.min(asked.length, answers.length) - 1] });
    };
    return { asked, api: { call } as never };
  };

  it('is asked for under its name, and waited for', async () => {
    const { api, asked } = answering({}, { state: 'running' }, { state: 'done', counts: { suppressed: 1 } });
    expect(await perform(api, order)).toBe(0);
    expect(asked[0]).toEqual(['POST', 'suppressions', order.body, 'call-17']);
    expect(asked).toHaveLength(3);
    expect(shown[0]).toContain('suppressed 1');
  });

  it('is not waited for any longer where a channel is away: that one is named', async () => {
    const { api } = answering({}, { missing: ['sms'] });
    expect(await perform(api, order)).toBe(1);
    expect(shown[0]).toContain('nothing heard of sms');
  });

  it('is not waited for where that is not wanted', async () => {
    const { api, asked } = answering({});
    expect(await perform(api, { ...order, wait: false })).toBe(0);
    expect(asked).toHaveLength(1);
  });
});
