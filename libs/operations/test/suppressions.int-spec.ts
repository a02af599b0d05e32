import { randomUUID } from 'node:crypto';
import { recipientRef, SuppressionChanged, SuppressionScope } from '#libs/contracts';
import { PostgresSuppressions, type Suppressions, SuppressionsService } from '#libs/delivery';
import { migrate } from '#libs/persistence';
import { aDatabase, type TestDatabase } from '#libs/testing';
import { deliveryMigrations } from '#libs/delivery-tables';
import { SuppressionAdmin } from '../src/suppressions/suppression-admin.service.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';

const hashKey = 'a key for the tests';
const now = Date.parse('2026-11-24T12:00:00Z');
const why = { note: 'They asked for it by phone.', by: 'eve' };

describe('suppressions that reporting has changed', () => {
  let database: TestDatabase;
  let table: Suppressions;
  let published: { key: unknown; value: object | Buffer | null; headers?: Record<string, string> | undefined }[];
  let admin: SuppressionAdmin;

  beforeAll(async () => {
    database = await aDatabase();
    const pool = database.pool();
    await migrate(pool, 'email', deliveryMigrations);
    table = new PostgresSuppressions(pool, 'email');
    const words = new SuppressionsService({
      publish: ({ key, value, headers }) => Promise.resolve(void published.push({ key, value, headers })),
    });
    admin = new SuppressionAdmin({ channel: 'email', hashKey, words, table });
  });
  afterAll(() => database.drop());
  beforeEach(() => void (published = []));

  const anybody = () => `${randomUUID()}@inbox.test`;
  const keyPartsOf = (recipient: string) => ({ recipient, scope: 'all' });
  /** What is known against a recipient, given in any spelling. */
  const known = (recipient: string, lifted = false) =>
    table.list({ recipient: recipientRef(hashKey, recipient).hash, lifted, limit: 10 });

  it('are added and removed by an address or its hash, in any spelling, each time with author and reason', async () => {
    const recipient = anybody();
    const { hash, mask } = recipientRef(hashKey, recipient);
    const added = await admin.add({ ...keyPartsOf(` ${recipient.toUpperCase()} `), reason: 'manual', ...why }, now);
    expect(added).toMatchObject({
      channel: 'email',
      recipient: hash,
      mask: expect.any(String),
      reason: 'manual',
      source: 'operator',
      lifted: false,
      ...why,
    });
    expect(mask.toLowerCase()).toBe(added.mask!.toLowerCase());
    expect(SuppressionChanged.parse(published[0]!.value)).toMatchObject({ recipient: hash, note: why.note, by: 'eve' });
    expect(JSON.stringify(published).toLowerCase()).not.toContain(recipient);

    const removed = await admin.remove({ ...keyPartsOf(hash), note: 'A mistake.', by: 'ada' }, now + 1_000);
    expect(removed).toMatchObject({ lifted: true, by: 'ada', note: 'A mistake.' });
    expect(published[1]).toMatchObject({
      key: published[0]!.key,
      value: null,
      headers: {
        'x-lifted-at': new Date(now + 1_000).toISOString(),
        'x-lifted-because': 'A mistake.',
        'x-lifted-by': 'ada',
      },
    });
    expect(await known(recipient)).toEqual([]);
    expect(await known(recipient, true)).toHaveLength(1);
  });

  it('of a phone number are found, added and removed by any spelling of the number and of the sender', async () => {
    const words = new SuppressionsService({ publish: () => Promise.resolve() });
    const texts = new SuppressionAdmin({ channel: 'sms', hashKey, words, table });
    const scope = SuppressionScope.parse('sender:whatsapp:+5215598765432');
    await texts.add({ recipient: '+112025552177', scope, reason: 'stop', ...why }, now);
    for (const recipient of [
      '+12025552177',
      '+1 (202) 555-2177',
      'tel:+1-202-555-2177',
      'whatsapp:+12025552177',
      '0012025552177',
    ]) {
      expect(await known(recipient)).toMatchObject([{ scope: 'sender:whatsapp:+525598765432', mask: '+1******2177' }]);
    }
    await texts.remove(
      { recipient: ' +1 202.555.2177 ', scope: SuppressionScope.parse('sender:whatsapp:+525598765432'), ...why },
      now + 1,
    );
    expect(await known('+12025552177')).toEqual([]);
    await expect(texts.add({ recipient: '2025552177', scope, reason: 'stop', ...why }, now)).rejects.toMatchObject({
      response: { fields: [{ field: 'recipient', rule: expect.stringContaining('country') }] },
    });
  });

  it('of an address are found in every spelling by a receipt, a list or a person', async () => {
    const recipient = `ada-${randomUUID()}@bücher.example`;
    await admin.add({ ...keyPartsOf(recipient), reason: 'manual', ...why }, now);
    for (const spelling of [
      recipient.replace('bücher', 'xn--bcher-kva'),
      `"Ada" <${recipient.toUpperCase()}>`,
      `mailto:${recipient}`,
      `${recipient}.`,
    ]) {
      expect(await known(spelling)).toHaveLength(1);
    }
  });

  it('that do not exist cannot be removed, and no others are removed in their place', async () => {
    const recipient = anybody();
    await admin.add({ ...keyPartsOf(recipient), tenant: 'acme', reason: 'complaint', ...why }, now);
    await expect(admin.remove({ ...keyPartsOf(recipient), ...why }, now)).rejects.toMatchObject({
      response: { code: 'MSG_NOT_FOUND' },
    });
    await expect(
      admin.remove({ ...keyPartsOf(recipient), scope: 'marketing', tenant: 'acme', ...why }, now),
    ).rejects.toMatchObject({ status: 404 });
    await admin.remove({ ...keyPartsOf(recipient), tenant: 'acme', ...why }, now);
  });

  it('are removed even where a provider’s clock is ahead of ours', async () => {
    const recipient = anybody();
    await admin.add({ ...keyPartsOf(recipient), reason: 'hard-bounce', ...why }, now + 60_000);
    await admin.remove({ ...keyPartsOf(recipient), ...why }, now);
    expect(await known(recipient)).toEqual([]);
  });

  it('of what is no address are refused by the name of their field', async () => {
    await expect(admin.add({ ...keyPartsOf('nobody'), reason: 'manual', ...why }, now)).rejects.toMatchObject({
      response: { code: 'MSG_BAD_REQUEST', fields: [{ field: 'recipient' }] },
    });
  });
});
