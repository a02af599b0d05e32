import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Topic, topics } from '#libs/contracts';
import { pages } from './pages.ts';

const root = join(import.meta.dirname, '..', '..');

describe('the generated pages', () => {
  let files: Map<string, string>;
  beforeAll(async () => void (files = await pages(root)), 60_000);

  it('are the same each time', async () => {
    expect(await pages(root)).toEqual(files);
  });

  it('name every topic, and each contract’s schema', () => {
    for (const { name } of Object.values<Topic>(topics))
      expect(files.get('docs/topics.md')).toContain(`\`messaging.${name}\``);
    expect([...files.keys()]).toEqual(
      expect.arrayContaining(['docs/schemas/email-requested.schema.json', 'docs/schemas/status-changed.schema.json']),
    );
  });

  it('ask of an upstream only what has no default', () => {
    const schema = JSON.parse(files.get('docs/schemas/email-requested.schema.json')!) as {
      required: string[];
      additionalProperties: unknown;
    };
    expect(schema.required.sort()).toEqual(['messageId', 'to']);
    expect(schema.additionalProperties).toEqual({});
  });

  it('describe every setting of every service, each with its meaning', () => {
    const configuration = files.get('docs/configuration.md')!;
    for (const service of ['email', 'sms', 'retry', 'reporting', 'sandbox'])
      expect(configuration).toContain(`\n## ${service}\n`);
    for (const name of ['KAFKA_BROKERS', 'DATABASE_URL', 'RECIPIENT_HASH_KEY', 'SENDGRID_API_KEY'])
      expect(configuration).toContain(`| \`${name}\` |`);
    expect(configuration.split('\n').filter((line) => /^\| `\w+` \|\s*\|/.test(line))).toEqual([]);
  });
});
