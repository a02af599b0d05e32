import { DeadLetter, isOtherFact, RecordRefused, StatusChanged, topics } from '#libs/contracts';
import { aFailure, aStatus, silentLogger } from '#libs/testing';
import type { Outgoing, Publisher } from '#libs/transport';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { KafkaOutcomePublisher } from './outcome-publisher.adapter.ts';

describe('A fact that retry publishes', () => {
  let published: Outgoing[];
  beforeEach(() => void (published = []));
  const publish = async (fact: StatusChanged) => {
    await new KafkaOutcomePublisher(
      { publish: async (record: Outgoing) => void published.push(record) } as unknown as Publisher,
      silentLogger(),
    ).facts([fact]);
    return published[0]!;
  };

  it.each(['email', 'sms'] as const)(
    'bears in its headers that it is retry’s and of the %s channel, as the channels’ own facts do',
    async (channel) => {
      const { headers, key } = await publish(
        aStatus({ source: 'retry', channel, messageId: 'm-1', status: 'expired', final: true }),
      );
      expect(headers).toEqual({
        ce_factchannel: channel,
        ce_factsource: 'retry',
        ce_factstatus: 'expired',
        ce_facthop: '1',
      });
      expect(key).toBe('m-1');
    },
  );

  it.each([
    ['the e-mail channel', { channel: 'email', sources: ['receipt'] }],
    ['the sms channel', { channel: 'sms', sources: ['receipt'] }],
    ['retry itself', { sources: ['receipt', 'lookup'] }],
  ] as const)('is passed over unread by %s, which waits for the provider’s word', async (_, wanted) => {
    const { headers = {} } = await publish(aStatus({ source: 'retry', status: 'expired', final: true }));
    expect(isOtherFact(headers, wanted)).toBe(true);
  });
});

describe('A record of retry’s that is refused', () => {
  /** Takes only what is small and keeps its contract, as Kafka and the publisher do. */
  const strict = (taken: Outgoing[]) =>
    ({
      publish: async (record: Outgoing) => {
        if (!record.topic.schema?.safeParse(record.value).success || JSON.stringify(record.value).length > 2_000)
          throw new RecordRefused(record.topic.name);
        taken.push(record);
      },
    }) as unknown as Publisher;

  it('is reported as its bare status, where it is a fact', async () => {
    const taken: Outgoing[] = [];
    const fact = {
      ...aStatus({ messageId: 'm-1', status: 'failed', final: true, source: 'retry' }),
      nextAt: '+010000-01-01T13:59:59.000Z',
    };
    await new KafkaOutcomePublisher(strict(taken), silentLogger()).facts([fact]);
    expect(StatusChanged.parse(taken[0]!.value)).toMatchObject({
      eventId: fact.eventId,
      messageId: 'm-1',
      status: 'failed',
      final: true,
      hop: 1,
    });
    expect(taken[0]!.value).not.toHaveProperty('nextAt');
  });

  it('is reported without its request and attempts, and says so, where it is a dead letter', async () => {
    const taken: Outgoing[] = [];
    const failure = aFailure();
    const at = '2030-01-31T12:00:00Z';
    const letter = DeadLetter.parse({
      eventId: 'e-1',
      messageId: 'm-1',
      tenant: 'default',
      channel: 'email',
      lane: 'bulk',
      key: null,
      requestedAt: at,
      expiresAt: at,
      hop: 1,
      at,
      request: { text: 'x'.repeat(3_000) },
      attempts: [{ attempt: 1, hop: 1, at, failure }],
      reason: 'failed',
      failure,
    });
    await new KafkaOutcomePublisher(strict(taken), silentLogger()).deadLetter(letter);
    expect(taken[0]!.topic).toBe(topics.deadLetters);
    expect(taken[0]!.value).toEqual({ ...letter, request: {}, attempts: [], lacks: ['request', 'attempts'] });
  });
});
