import { describe, expect, it } from '@jest/globals';
import { type QuarantinedRecord, unreadableRow } from './unreadable-row.policy.ts';

const requests = new Map([['messaging.email.requested', 'email']]);
const noon = Date.UTC(2030, 0, 31, 12);

const rowOf = (headers: QuarantinedRecord['headers'], json?: unknown) =>
  unreadableRow(
    {
      recordId: 'messaging.unreadable/0/7',
      partition: 0,
      offset: 7,
      headers,
      keyBytes: 2,
      valueBytes: 30,
      timestamp: noon,
      json,
    },
    requests,
  );

const requested = { 'x-origin-topic': 'messaging.email.requested' };

describe('a record that was quarantined', () => {
  it('has its cause and its place', () => {
    expect(
      rowOf({
        ...requested,
        'x-origin-partition': '3',
        'x-origin-offset': '4711',
        'x-origin-timestamp': String(noon - 1),
        'x-quarantined-by': 'email',
        'x-quarantined-at': '2030-01-31T12:00:00.500Z',
        'x-error-code': 'MSG_UNREADABLE',
        'x-error-stage': 'decode',
        'x-error': 'it is no JSON',
        'x-error-remedy': 'Correct it.',
      }),
    ).toMatchObject({
      at: '2030-01-31T12:00:00.500Z',
      partition: 0,
      offset: 7,
      origin: 'messaging.email.requested',
      originPartition: 3,
      originOffset: 4711,
      originAt: '2030-01-31T11:59:59.999Z',
      keptBy: 'email',
      code: 'MSG_UNREADABLE',
      error: 'it is no JSON',
      keyBytes: 2,
      valueBytes: 30,
    });
  });

  it('is the same each time it is read, and another one in a Kafka that was made anew', () => {
    const { id } = rowOf({});
    expect(rowOf({}).id).toBe(id);
    const later = unreadableRow(
      {
        recordId: 'messaging.unreadable/0/7',
        partition: 0,
        offset: 7,
        headers: {},
        keyBytes: 0,
        valueBytes: 0,
        timestamp: noon + 1,
        json: undefined,
      },
      requests,
    );
    expect(later.id).not.toBe(id);
  });

  it.each<[string, Record<string, string>, unknown, string | null]>([
    ['the tenant that a request names', requested, { tenant: 'shop', messageId: 'm-1' }, 'shop'],
    ['the default tenant of a request that names none', requested, { messageId: 'm-1' }, 'default'],
    ['no tenant where a request’s cannot be one', requested, { tenant: 'Shop!' }, null],
    ['no tenant where the value is no JSON', requested, undefined, null],
    ['no tenant where the value is a list', requested, ['shop'], null],
    [
      'the tenant in the headers of a hand-over',
      { 'x-origin-topic': 'messaging.send.deferred', ce_messagetenant: 'shop' },
      undefined,
      'shop',
    ],
    [
      'no tenant by a request’s own headers, which anybody may write',
      { ...requested, ce_messagetenant: 'shop' },
      undefined,
      null,
    ],
    ['no tenant where a webhook brought it', { 'x-origin': 'webhook/resend' }, undefined, null],
    [
      'no tenant by headers that cannot be one',
      { 'x-origin-topic': 'messaging.email.due', ce_messagetenant: '\0' },
      undefined,
      null,
    ],
  ])('has %s', (_, headers, json, tenant) => expect(rowOf(headers, json).tenant).toBe(tenant));

  it('of any form can be stored: what is no number, time or text is left out or repaired', () => {
    const row = rowOf({
      'x-origin': 'webhook/res\0end\n',
      'x-origin-partition': '-1',
      'x-origin-offset': '99999999999999999999',
      'x-origin-timestamp': '0',
      'x-quarantined-at': 'yesterday',
      'x-error': `x\0${'y'.repeat(5_000)}`,
      'x-event-type': 'email.\u2028opened',
      'x-value-bytes': '9999999999',
    });
    expect(row).toMatchObject({
      at: new Date(noon).toISOString(),
      origin: 'webhook/resend ',
      originPartition: null,
      originOffset: null,
      originAt: null,
      code: 'MSG_UNCLASSIFIED',
      event: 'email. opened',
      wholeBytes: null,
    });
    expect(row.error).toHaveLength(2_000);
  });
});
