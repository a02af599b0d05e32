import { describe, expect, it } from '@jest/globals';
import { DeadLetter, SendDeferred } from './handover.ts';
import { handoverHeaders, salvageHandover } from './salvage-handover.ts';

const at = '2030-01-31T12:00:00.000Z';
const timestamp = Date.parse(at);
const unconfirmedCall = { hop: 2, callId: 'c-1', at };
const whole = {
  eventId: 'e-1',
  messageId: 'm-1',
  tenant: 'acme',
  channel: 'sms',
  lane: 'urgent',
  key: 'aw==',
  requestedAt: at,
  expiresAt: '2030-02-01T12:00:00Z',
  request: { messageId: 'm-1', body: 'It works' },
  attempts: [],
  hop: 3,
  why: 'unknown',
  at,
  unconfirmedCall,
} as const;

const recordOf = (value: unknown, headers: Record<string, string> = {}, key: string | null = 'm-1') => ({
  value: typeof value === 'string' ? Buffer.from(value) : Buffer.from(JSON.stringify(value)),
  key: key === null ? null : Buffer.from(key),
  headers,
  timestamp,
  keyIsMessageId: true,
});

const headers = handoverHeaders(SendDeferred.parse(whole));

describe('a hand-over that breaks its schema', () => {
  it('is read without the field that is wrong', () => {
    const { eventId: _eventId, why: _why, at: _at, ...rest } = whole;
    expect(salvageHandover(recordOf({ ...whole, expiresAt: '+010000-01-01T13:59:59.000Z' }))).toEqual({
      ...rest,
      expiresAt: at,
      lacks: ['expiresAt'],
    });
  });

  it('is read from its headers where its value is no JSON: the message, its hop, and the unconfirmed call', () => {
    const read = salvageHandover(recordOf('not json', headers));
    expect(read).toMatchObject({
      messageId: 'm-1',
      tenant: 'acme',
      channel: 'sms',
      lane: 'urgent',
      hop: 3,
      unconfirmedCall: { hop: 2 },
      request: {},
      attempts: [],
      requestedAt: at,
    });
    expect(read!.lacks).toEqual(['requestedAt', 'key', 'expiresAt', 'request', 'attempts']);
  });

  it('is read as its flat fields where it is nested too deeply for recursion', () => {
    const deep = JSON.stringify(whole).replace('"It works"', '['.repeat(3_000) + ']'.repeat(3_000));
    expect(salvageHandover(recordOf(deep, headers))).toMatchObject({
      messageId: 'm-1',
      expiresAt: whole.expiresAt,
      request: {},
      lacks: ['request', 'attempts'],
    });
  });

  it('gets its message id from the key where nothing else has it, and only where the key is a valid id', () => {
    const { messageId: _messageId, ...nameless } = whole;
    expect(salvageHandover(recordOf(nameless))?.messageId).toBe('m-1');
    expect(salvageHandover({ ...recordOf(nameless), keyIsMessageId: false })).toBeUndefined();
    expect(salvageHandover(recordOf(nameless, {}, 'not an id'))).toBeUndefined();
  });

  it.each([
    ['the tenant', { ...whole, tenant: 'ACME' }],
    ['the channel', { ...whole, channel: 'fax' }],
    ['the hop', { ...whole, hop: 0 }],
    ['everything', 'not json'],
  ])('is not read at all where %s is missing everywhere: it could be another message', (_, value) => {
    expect(salvageHandover(recordOf(value))).toBeUndefined();
  });

  it('makes a dead letter that its readers can read', () => {
    const { unconfirmedSince: _, dueAt: __, ...read } = salvageHandover(recordOf('not json', headers))!;
    const failure = {
      kind: 'transient',
      code: 'MSG_HANDOVER_UNREADABLE',
      meaning: 'x',
      remedy: 'y',
      retry: 'never',
    } as const;
    expect(DeadLetter.safeParse({ ...read, eventId: 'e-2', at, reason: 'unconfirmed', failure }).success).toBe(true);
  });
});
