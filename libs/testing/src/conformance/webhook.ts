import { beforeEach, describe, expect, it } from '@jest/globals';
import { Overheard } from './overheard.ts';

/** A webhook request, as it arrives over HTTP. */
export interface WebhookDelivery {
  /** Path and query. */
  path: string;
  headers: Record<string, string>;
  body: string | Buffer;
}

/** A running service whose records, log and spans the test can read. */
export interface WebhookService {
  post: (delivery: WebhookDelivery) => Promise<number>;
  /** Records since the last `clear`. */
  published: () => { topic: string; value: unknown; headers: Record<string, string> }[];
  log: () => Record<string, unknown>[];
  spans: () => readonly unknown[];
  /** How often `mi.webhook.other` was counted for a kind of event. */
  counted: (provider: string, kind: string) => number;
  /** Makes Kafka refuse all records, or accept them again. */
  kafka: (is: 'up' | 'down') => void;
  /** Makes this topic refuse its records; undefined: every topic accepts them. */
  refuse: (topic: string | undefined) => void;
  /** How often `mi.webhook.unusable` was counted. */
  unusable: (provider: string) => number;
  clear: () => void;
}

/** `status`: of the fact that results. Without one the event changes a suppression only. */
export interface KnownEvent {
  type: string;
  fields?: object;
  status: string | undefined;
}

/** What the suite needs to know about one provider's webhook. */
export interface WebhookDescription {
  provider: string;
  /** Every type of event that the provider sends. */
  types: readonly string[];
  known: readonly KnownEvent[];
  /** Signed as the provider signs now; about the message `messageId`, to `person`. */
  delivery: (event: { type: string; fields?: object }, about: { messageId: string; person: string }) => WebhookDelivery;
  /** Changes that make a genuine request invalid; each must be refused. */
  tampering: Readonly<Record<string, (genuine: WebhookDelivery) => WebhookDelivery>>;
  person: string;
  secrets: readonly string[];
}

const TELEPORTED = 'teleported';
/** With every provider: nothing more happens to the message by itself after these. */
const last = new Set(['delivered', 'bounced', 'suppressed', 'failed', 'cancelled']);

/** The tests that every webhook must pass: verify, map, publish, respond. */
export function describeWebhook(of: WebhookDescription, serviceOf: () => WebhookService): void {
  describe(`the webhook of ${of.provider}`, () => {
    const heard = new Overheard();
    let checkout: WebhookService;
    let number = 0;
    let spans = 0;

    beforeEach(() => {
      checkout = serviceOf();
      checkout.clear();
    });

    const post = async (delivery: WebhookDelivery) => {
      const status = await checkout.post(delivery);
      spans += checkout.spans().length;
      for (const said of [
        checkout.log(),
        checkout.spans(),
        checkout.published().filter(({ topic }) => topic !== 'unreadable'),
      ])
        heard.add(said);
      return status;
    };
    const about = () => ({ messageId: `m-${of.provider}-${(number += 1)}`, person: of.person });
    const facts = () =>
      checkout
        .published()
        .filter(({ topic }) => topic === 'status.changed')
        .map(({ value }) => value);

    it('knows every type of event that there is', () => {
      expect([...new Set(of.known.map(({ type }) => type))].toSorted()).toEqual(of.types.toSorted());
    });

    it.each(of.known)('takes a genuine $type ($fields) and tells it as $status', async ({ type, fields, status }) => {
      const whom = about();
      expect(await post(of.delivery({ type, ...(fields && { fields }) }, whom))).toBe(204);
      const recipient = expect.objectContaining({ hash: expect.stringMatching(/^[0-9a-f]{32,}$/) });
      const fact = {
        status,
        final: last.has(status ?? ''),
        provider: of.provider,
        source: 'receipt',
        messageId: whom.messageId,
        recipient,
      };
      const asFact = expect.objectContaining({ topic: 'status.changed', value: expect.objectContaining(fact) });
      const asSuppression = expect.objectContaining({ topic: 'suppression.changed' });
      expect(checkout.published()).toEqual(expect.arrayContaining([status === undefined ? asSuppression : asFact]));
      expect(facts()).toHaveLength(status === undefined ? 0 : 1);
    });

    it('says the same again of a repeat, under the same id', async () => {
      const { type, fields } = of.known.find(({ status }) => status === 'delivered')!;
      const genuine = of.delivery({ type, ...(fields && { fields }) }, about());
      expect([await post(genuine), await post(genuine)]).toEqual([204, 204]);
      const ids = facts().map((fact) => (fact as { eventId: string }).eventId);
      expect(ids).toHaveLength(2);
      expect(new Set(ids).size).toBe(1);
    });

    it.each(Object.entries(of.tampering))('refuses one with %s, and publishes nothing', async (_, tamper) => {
      const { type, fields } = of.known.find(({ status }) => status === 'delivered')!;
      const genuine = of.delivery({ type, ...(fields && { fields }) }, about());
      expect(await post(tamper(genuine))).toBe(403);
      expect(checkout.published()).toEqual([]);
      expect(checkout.log()).toMatchObject([{ provider: of.provider, level: 'warn' }]);
      expect(await post(genuine)).toBe(204);
    });

    it('refuses what was cut off on its way', async () => {
      const genuine = of.delivery({ type: of.types[0]! }, about());
      expect([400, 403]).toContain(await post({ ...genuine, body: genuine.body.slice(0, -3) }));
      expect(checkout.published()).toEqual([]);
    });

    it('keeps a type that is new to us, counts it, logs it once and answers that all is well', async () => {
      const before = checkout.counted(of.provider, TELEPORTED);
      const unheardOf = () => post(of.delivery({ type: TELEPORTED }, about()));
      expect([await unheardOf(), await unheardOf()]).toEqual([204, 204]);
      expect(checkout.published().map(({ topic, headers }) => [topic, headers['x-event-type']])).toEqual([
        ['unreadable', TELEPORTED],
        ['unreadable', TELEPORTED],
      ]);
      expect(checkout.log()).toMatchObject([{ provider: of.provider, type: TELEPORTED }]);
      expect(checkout.counted(of.provider, TELEPORTED) - before).toBe(2);
    });

    it('asks for another delivery while Kafka takes nothing', async () => {
      const { type, fields } = of.known.find(({ status }) => status === 'delivered')!;
      checkout.kafka('down');
      try {
        expect(await post(of.delivery({ type, ...(fields && { fields }) }, about()))).toBe(503);
      } finally {
        checkout.kafka('up');
      }
    });

    it('has revealed no address, content or secret in any of this', () => {
      expect(spans).toBeGreaterThan(of.types.length);
      expect(heard.leaked([of.person, ...of.secrets])).toEqual([]);
    });
  });
}
