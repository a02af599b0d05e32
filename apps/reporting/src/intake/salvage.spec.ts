import { topics } from '#libs/contracts';
import { aDeferred, aFailure, aStatus } from '#libs/testing';
import { decode, type IncomingRecord } from '#libs/transport';
import { describe, expect, it } from '@jest/globals';
import { salvage } from './salvage.ts';
import { factOfStatus } from './translate.ts';

const aRecord = (topic: IncomingRecord['topic'], value: object | Buffer): IncomingRecord => ({
  topic,
  topicName: `messaging.${topic.name}`,
  lane: 'transactional',
  partition: 0,
  offset: 7,
  key: null,
  headers: {},
  timestamp: Date.parse('2030-01-31T12:00:09Z'),
  bytes: 0,
  value: Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value)),
});

const salvagedFact = (value: object | Buffer) => {
  const record = aRecord(topics.statusChanged, value);
  expect(() => decode(record)).toThrow();
  return salvage(record)?.value;
};

const delivered = aStatus({
  messageId: 'm-1',
  status: 'delivered',
  final: true,
  source: 'receipt',
  correlationId: 'c-1',
});

describe('a fact that breaks its schema', () => {
  it.each([
    ['tags that are a text', { tags: 'spring' }, {}, ['tags']],
    ['a counter below one', { hop: 0 }, {}, ['hop']],
    ['a failure that lacks its code', { failure: { ...aFailure(), code: undefined } }, {}, ['failure']],
    ['null for what it does not have', { nextAt: null, reason: null }, {}, ['nextAt', 'reason']],
    ['a time that is none', { at: 'yesterday' }, { at: '2030-01-31T12:00:09.000Z' }, ['at']],
    ['no word about whether it is the end', { final: 'yes' }, { final: true }, ['final']],
    ['no id', { eventId: 7 }, { eventId: expect.stringMatching(/^[0-9a-f-]{36}$/) }, ['eventId']],
    ['several of these', { at: 0, final: null, recipients: {} }, { final: true }, ['recipients', 'at', 'final']],
    [
      'a list that is nested too deeply',
      { tags: JSON.parse(`${'['.repeat(3_000)}${']'.repeat(3_000)}`) as unknown },
      {},
      ['tags'],
    ],
  ])('is kept without these fields: %s', (_, wrong, instead, lacks) => {
    const value = salvagedFact({ ...delivered, ...wrong });
    expect(value).toMatchObject({ messageId: 'm-1', status: 'delivered', correlationId: 'c-1', ...instead });
    expect((value as { lacks: string[] }).lacks.toSorted()).toEqual(lacks.toSorted());
    expect(factOfStatus(value as typeof delivered, undefined).fact.lacks?.toSorted()).toEqual(lacks.toSorted());
  });

  it('whose bytes are not UTF-8 is kept without the fields that contain them', () => {
    expect(salvagedFact(Buffer.from(JSON.stringify({ ...delivered, reason: 'für' }), 'latin1'))).toEqual({
      ...delivered,
      reason: undefined,
      lacks: ['reason'],
    });
  });

  it.each([
    ['a status that nobody knows', { status: 'teleported' }],
    ['no channel', { channel: undefined }],
    ['no source', { source: 'rumour' }],
  ])('is quarantined where its message or status is missing: %s', (_, wrong) =>
    expect(salvagedFact({ ...delivered, ...wrong })).toBeUndefined(),
  );

  it('is quarantined where it is no object', () => {
    expect(salvagedFact(Buffer.from('not json'))).toBeUndefined();
    expect(salvagedFact([delivered])).toBeUndefined();
  });
});

describe('a dead letter that breaks its schema', () => {
  it('is kept with what can be read of it', () => {
    const letter = { ...aDeferred({ messageId: 'm-1' }), reason: 'exhausted', failure: aFailure() };
    const wreck = { ...letter, attempts: 'many', requestedAt: '9999-12-31T23:59:59-14:00', failure: null };
    expect(salvage(aRecord(topics.deadLetters, wreck))?.value).toMatchObject({
      messageId: 'm-1',
      reason: 'exhausted',
      attempts: [],
      requestedAt: '2030-01-31T12:00:09.000Z',
      failure: { code: 'MSG_UNCLASSIFIED' },
      lacks: expect.arrayContaining(['attempts', 'requestedAt', 'failure']),
    });
  });
});

it('a request that breaks its schema is not kept in part: its channel reports it as rejected', () => {
  expect(salvage(aRecord(topics.emailRequested, { messageId: 'm-1' }))).toBeUndefined();
});
