import { beforeEach, describe, expect, it } from '@jest/globals';
import type { OddWebhookDescription } from './odd-webhooks.ts';
import type { WebhookService } from './webhook.ts';

/**
 * A genuine event whose record breaks the schema of its own topic: a fault of ours, which no repeat by the provider can
 * fix. It is kept and answered with 2xx, and the other records of the event are published.
 */
export function describeRefusedRecords(of: OddWebhookDescription, serviceOf: () => WebhookService): void {
  describe(`a genuine webhook of ${of.provider} that gives a record which breaks our own contract`, () => {
    let checkout: WebhookService;
    beforeEach(() => {
      checkout = serviceOf();
      checkout.clear();
    });

    const send = Object.values(of.ways)[0]!;
    const post = async (event: unknown) => {
      checkout.clear();
      const answer = await checkout.post(send(event));
      return {
        answer,
        published: checkout.published(),
        errors: checkout.log().filter(({ level }) => level === 'error'),
      };
    };
    const topicsOf = (published: ReturnType<WebhookService['published']>) => published.map(({ topic }) => topic).sort();

    it.each(of.documented)('is kept and taken: $name', async ({ event }) => {
      const whole = topicsOf((await post(event)).published);
      for (const refused of new Set(whole.filter((topic) => topic !== 'unreadable'))) {
        checkout.refuse(refused);
        const { answer, published } = await post(event).finally(() => checkout.refuse(undefined));
        expect(answer).toBeGreaterThanOrEqual(200);
        expect(answer).toBeLessThan(300);
        const others = whole.filter((topic) => topic !== refused);
        expect(new Set(topicsOf(published))).toEqual(new Set([...others, 'unreadable']));
        const kept = published.find(({ topic }) => topic === 'unreadable')!;
        expect(Buffer.isBuffer(kept.value) && kept.value.length).toBeGreaterThan(10);
        expect(kept.headers).toMatchObject({
          'x-error-code': 'MSG_UNUSABLE_EVENT',
          'x-error': expect.stringContaining(`a record of ours for ${refused}`),
        });
      }
    });

    it('is logged as an error once for its shape, and counted each time', async () => {
      const { event } = of.documented[0]!;
      const [topic] = topicsOf((await post(event)).published);
      checkout.refuse(topic);
      const before = checkout.unusable(of.provider);
      // An earlier test may have logged one of this shape.
      await post(event);
      const again = await post(event).finally(() => checkout.refuse(undefined));
      expect(checkout.unusable(of.provider) - before).toBe(2);
      expect(again.errors.filter(({ message }) => String(message).startsWith('what a webhook says'))).toEqual([]);
    });
  });
}
