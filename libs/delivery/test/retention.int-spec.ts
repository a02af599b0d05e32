import { InfrastructureDown, topics } from '#libs/contracts';
import { aKafka, aTopicPrefix, eventually, provisionTopics, withAdmin } from '#libs/testing';
import { requireLongMemory } from '../src/ledger/ledger.retention.ts';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const DAY_MS = 86_400_000;

describe('the retention of the ledger', () => {
  const prefix = aTopicPrefix();
  const ask = (days: number) =>
    requireLongMemory(aKafka(), 'email', { KAFKA_TOPIC_PREFIX: prefix, LEDGER_RETENTION_DAYS: days });
  const keep = (entries: Record<string, string>) =>
    withAdmin(async (admin) => {
      const configEntries = Object.entries(entries).map(([name, value]) => ({ name, value }));
      const resource = { type: 2, name: `${prefix}email.requested.bulk` };
      await admin.alterConfigs({ validateOnly: false, resources: [{ ...resource, configEntries }] });
      // The brokers get it a moment after the controller has stored it.
      await eventually(async () => {
        const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [resource] });
        const known = new Map(
          resources[0]!.configEntries.map(({ configName, configValue }) => [configName, configValue]),
        );
        expect(Object.fromEntries(Object.keys(entries).map((name) => [name, known.get(name)]))).toEqual(entries);
        return true;
      });
    });

  beforeAll(() => provisionTopics(prefix, [topics.emailRequested], 1));
  afterAll(() =>
    withAdmin((admin) =>
      admin.deleteTopics({ topics: ['', '.urgent', '.bulk'].map((lane) => `${prefix}email.requested${lane}`) }),
    ),
  );

  it('must be longer than any lane’s requests can be read, the time of a segment included', async () => {
    await keep({ 'retention.ms': String(20 * DAY_MS), 'segment.ms': String(DAY_MS) });
    await expect(ask(20)).rejects.toThrow(/LEDGER_RETENTION_DAYS is 20.*keep requests 21 days/s);
    await expect(ask(21)).resolves.toBeUndefined();
  });

  it('is refused for a topic that keeps its records without limit', async () => {
    await keep({ 'retention.ms': '-1' });
    await expect(ask(90)).rejects.toThrow(/for ever/);
  });

  it('is refused for a topic that is only compacted', async () => {
    await keep({ 'cleanup.policy': 'compact', 'retention.ms': String(DAY_MS) });
    await expect(ask(90)).rejects.toThrow(/for ever/);
  });

  it('is not checked while the topics are missing', async () => {
    await expect(
      requireLongMemory(aKafka(), 'sms', { KAFKA_TOPIC_PREFIX: prefix, LEDGER_RETENTION_DAYS: 14 }),
    ).rejects.toThrow(InfrastructureDown);
  });
});
