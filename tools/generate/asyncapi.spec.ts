import { topicNames, topics, type Topic } from '#libs/contracts';
import { Parser } from '@asyncapi/parser';
import { describe, expect, it } from '@jest/globals';
import { asyncApi } from './asyncapi.ts';

describe('the AsyncAPI document', () => {
  it('is valid AsyncAPI 3', async () => {
    const { document, diagnostics } = await new Parser().parse(JSON.stringify(asyncApi()));
    expect(diagnostics.filter(({ severity }) => severity === 0)).toEqual([]);
    expect(document?.version()).toBe('3.1.0');
  }, 60_000);

  it('has a channel for every topic in every lane', () => {
    const { channels } = asyncApi() as { channels: Record<string, { address: string }> };
    const addresses = Object.values(channels).map(({ address }) => address);
    expect(addresses.sort()).toEqual(
      Object.values<Topic>(topics)
        .flatMap((topic) => topicNames(topic, 'messaging.'))
        .sort(),
    );
  });

  it('refers to nothing that is not there', () => {
    const document = asyncApi();
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#([^"]+)"/g)].map(([, path]) => path!);
    const leadsNowhere = references.filter(
      (path) =>
        path
          .split('/')
          .slice(1)
          .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], document) === undefined,
    );
    expect(references.length).toBeGreaterThan(50);
    expect(leadsNowhere).toEqual([]);
  });
});
