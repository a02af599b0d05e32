import { eventually, withAdmin } from '#libs/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { applyTopics } from '../../src/kafka/topics.ts';
import { command, ExaminedPlatform, findingsIn } from './examined-platform.ts';

const DAY_MS = 86_400_000;
const applyRemedy = expect.stringContaining('messaging topics apply');
const platform = new ExaminedPlatform();
const { prefix, topic } = platform;
let env: Record<string, string>;
const look = () => findingsIn(env);

beforeAll(() => platform.start(), 60_000);
beforeEach(() => {
  env = { ...platform.standard };
});
afterAll(() => platform.stop());

describe('the doctor, checking the topics', () => {
  // Restores what a test changed, by the command that the doctor recommends.
  afterEach(async () => {
    await applyTopics(platform.standard);
    env = { ...platform.standard };
    // A broker describes a topic by what it knows from the controller so far.
    await eventually(async () => (await look()).found['kafka.topics']?.state === 'ok', {
      what: 'the topics as the contract says',
    });
  });

  const given = (name: string, setting: string, value: string) =>
    withAdmin(async (admin) => {
      const { config } = platform.wanted().find((one) => one.name === topic(name))!;
      const configEntries = Object.entries({ ...config, [setting]: value }).map(([entry, text]) => ({
        name: entry,
        value: text,
      }));
      await admin.alterConfigs({ validateOnly: false, resources: [{ type: 2, name: topic(name), configEntries }] });
    });

  it('names one that is missing, and does not judge a retention that is unknown', async () => {
    await withAdmin((admin) => admin.deleteTopics({ topics: [topic('dead-letters')] }));
    // A broker still lists a topic until it learns of the deletion from the controller.
    const { found, well } = await eventually(
      async () => {
        const looked = await look();
        return looked.found['kafka.topics']?.state === 'fail' ? looked : undefined;
      },
      { what: 'the broker to know that the topic is deleted' },
    );
    expect(found['kafka.topics']).toEqual({
      state: 'fail',
      seen: `missing: ${topic('dead-letters')}`,
      remedy: applyRemedy,
    });
    expect(found).not.toHaveProperty('kafka.retention');
    expect(well).toBe(false);
  });

  it('names some where all are missing, as under a wrong prefix', async () => {
    env['KAFKA_TOPIC_PREFIX'] = 'nobody.';
    const { seen } = (await look()).found['kafka.topics']!;
    expect(seen).toMatch(/^missing: (nobody\.[a-z.]+, ){4}and \d+ more$/);
    env['KAFKA_TOPIC_PREFIX'] = prefix;
  });

  it('warns of one with fewer partitions', async () => {
    env['KAFKA_TOPIC_PARTITIONS'] = '2';
    const { found, well } = await look();
    expect(found['kafka.topics']).toEqual({
      state: 'warn',
      seen: expect.stringContaining(`${topic('email.requested')} has 1 of 2 partitions; `),
      remedy: applyRemedy,
    });
    expect(well).toBe(true);
  });

  it('warns of one with a shorter retention, which counts with --strict', async () => {
    await given('status.changed', 'retention.ms', String(DAY_MS));
    const { code, output } = await command(['--strict'], env);
    expect(output).toContain(
      `! kafka.topics              ${topic('status.changed')} has retention.ms ${DAY_MS} instead of ` +
        `${7 * DAY_MS}\n    messaging topics plan`,
    );
    expect(code).toBe(1);
  });

  it('warns of requests with the timestamp of their producer', async () => {
    await given('sms.requested.urgent', 'message.timestamp.type', 'CreateTime');
    const seen = `${topic('sms.requested.urgent')} has message.timestamp.type CreateTime instead of LogAppendTime`;
    expect((await look()).found['kafka.topics']).toEqual({ state: 'warn', seen, remedy: applyRemedy });
  });

  it('fails requests that are kept longer than the ledger remembers', async () => {
    await given('sms.requested.bulk', 'retention.ms', String(20 * DAY_MS));
    const { found, well } = await look();
    expect(found['kafka.topics']).toMatchObject({ state: 'warn' });
    expect(found['kafka.retention']).toEqual({
      state: 'fail',
      seen: 'the ledger remembers 14 days, the request topics keep 21 days',
      remedy: expect.stringContaining('Raise LEDGER_RETENTION_DAYS'),
    });
    expect(well).toBe(false);
    env['LEDGER_RETENTION_DAYS'] = '30';
    expect((await look()).found['kafka.retention']).toMatchObject({ state: 'ok' });
  });

  it.each([
    ['requests that are compacted: of one key only the last would be kept', 'email.requested', 'compact', 'delete'],
    [
      'suppressions that are deleted: who must not be written to would be forgotten',
      'suppression.changed',
      'delete',
      'compact',
    ],
  ])('fails %s', async (_, name, is, should) => {
    await given(name, 'cleanup.policy', is);
    const { found, well } = await look();
    expect(found['kafka.topics']).toEqual({
      state: 'fail',
      seen: `records are lost: ${topic(name)} has cleanup.policy ${is} instead of ${should}`,
      remedy: applyRemedy,
    });
    expect(well).toBe(false);
  });

  it('reports when the ledger’s retention is not a number of days', async () => {
    env['LEDGER_RETENTION_DAYS'] = 'a fortnight';
    const { found } = await look();
    expect(found['kafka.reachable']).toMatchObject({ state: 'ok' });
    expect(found['kafka.retention']).toMatchObject({
      state: 'fail',
      seen: expect.stringContaining('LEDGER_RETENTION_DAYS'),
      remedy: expect.stringContaining('docs/configuration.md'),
    });
  });
});
