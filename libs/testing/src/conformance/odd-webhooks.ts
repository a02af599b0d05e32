import { topics } from '#libs/contracts';
import { oddities, type Path, pathsOf, touches, withOddity } from './odd.ts';
import { Overheard } from './overheard.ts';
import type { WebhookDelivery, WebhookService } from './webhook.ts';
import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

/** Groups of field paths: at least one field of each group must be valid. */
export type Needs = readonly (readonly string[])[];

/** A documented event of a provider with all its fields. */
export interface DocumentedEvent {
  name: string;
  event: Record<string, unknown>;
  /** The status of its fact; otherwise the topic of its record. */
  tells: { status: string } | { topic: string };
  /** Fields without which it cannot be used. Whatever other field is invalid, the result is the same. */
  needs: Needs;
  /** Fields that decide between statuses, and the result without each. */
  turns?: Readonly<Record<string, string>>;
  /** It has the same fields as the event before it: not tested field by field again. */
  alike?: boolean;
  /** Whether it also suppresses its recipient, and the fields that this needs. */
  suppresses?: Needs;
}

export interface OddWebhookDescription {
  provider: string;
  documented: readonly DocumentedEvent[];
  /** An event as the provider sends it, with a valid signature; one body for each form in which it may be sent. */
  ways: Readonly<Record<string, (event: unknown) => WebhookDelivery>>;
  /** Any body, with a valid signature. */
  body: (body: Buffer, headers?: Record<string, string>) => WebhookDelivery;
  /** Where unknown fields may appear; an empty path: at the top of the event. */
  holders: readonly Path[];
  person: string;
}

const bodies: Readonly<Record<string, string>> = {
  nothing: '',
  null: 'null',
  true: 'true',
  'a number': '7',
  'a text': '"text"',
  'an object without fields': '{}',
  'a list of nothing': '[{}]',
  'lists in a list': '[[],[null]]',
  'JSON that is cut off': '[{"event":"bounce","type":"email.bou',
  'no JSON': '<xml/>',
  'a field named __proto__': '{"__proto__":{"event":1},"constructor":{"prototype":1}}',
  'very deep lists': '['.repeat(100_000) + ']'.repeat(100_000),
  'a very deep object': '{"a":'.repeat(50_000) + '1' + '}'.repeat(50_000),
  'bytes that are no UTF-8': 'latin1:\u00e9\u00ff\u0000',
  'thousands of nothing': `[${'{},'.repeat(12_000)}{}]`,
};

/**
 * The tests that every webhook must pass with events that are genuine but unusual: it refuses none, loses no status
 * that can still be known, and keeps what cannot be used.
 */
export function describeOddWebhooks(of: OddWebhookDescription, serviceOf: () => WebhookService): void {
  describe(`a genuine webhook of ${of.provider} that is not as described`, () => {
    let checkout: WebhookService;
    beforeEach(() => {
      checkout = serviceOf();
      checkout.clear();
    });

    const post = async (delivery: WebhookDelivery) => {
      checkout.clear();
      const answer = await checkout.post(delivery);
      return { answer, published: checkout.published() };
    };
    const isIntact = (changed: Path | undefined) => (group: readonly string[]) =>
      group.some((path) => changed === undefined || !touches(changed, path));
    const topicsOf = (published: ReturnType<WebhookService['published']>) => published.map(({ topic }) => topic);

    /** What is wrong with the result; undefined: nothing. */
    function judge(
      { answer, published }: Awaited<ReturnType<typeof post>>,
      reported: DocumentedEvent,
      changed?: Path,
    ): string | undefined {
      if (answer < 200 || answer > 299) return `it was answered ${answer}`;
      if (published.length === 0) return 'nothing came of it, and it was not kept';
      const broken = published.find(({ topic, value }) => !isContract(topic, value));
      if (broken) return `a record of ${broken.topic} is not as its contract says`;
      if (reported.suppresses?.every(isIntact(changed)) && !topicsOf(published).includes('suppression.changed'))
        return 'the suppression is lost';
      if (!reported.needs.every(isIntact(changed))) return undefined;
      if ('topic' in reported.tells)
        return topicsOf(published).includes(reported.tells.topic)
          ? undefined
          : `it did not come to ${reported.tells.topic}`;
      const turned = Object.entries(reported.turns ?? {}).flatMap(([path, status]) =>
        changed && touches(changed, path) ? status : [],
      );
      const statuses = published
        .filter(({ topic }) => topic === 'status.changed')
        .map(({ value }) => (value as { status: string }).status);
      return statuses.some((status) =>
        [reported.tells, ...turned.map((status) => ({ status }))].some(
          (may) => 'status' in may && may.status === status,
        ),
      )
        ? undefined
        : `its status is lost: ${statuses.join() || 'none'}`;
    }

    describe.each(Object.entries(of.ways).map(([way, send], index) => ({ way, send, isFirst: index === 0 })))(
      'sent $way',
      ({ send, isFirst }) => {
        // The forms differ only in how an event is found in a body: a third of the cases is enough.
        const tried = Object.entries(oddities).filter((_, index) => isFirst || index % 3 === 0);

        it.each(of.documented)('$name is understood as it is documented', async (reported) => {
          expect(judge(await post(send(reported.event)), reported)).toBeUndefined();
        });

        it.each(of.documented.filter(({ alike }) => !alike))(
          '$name keeps its meaning whatever else one of its fields holds',
          async (reported) => {
            const heard = new Overheard();
            const wrong: string[] = [];
            for (const path of pathsOf(reported.event)) {
              for (const [oddity, value] of tried) {
                const trouble = judge(await post(send(withOddity(reported.event, path, value))), reported, path);
                if (trouble !== undefined) wrong.push(`${oddity} at ${path.join('.')}: ${trouble}`);
                heard.add([checkout.log(), checkout.published().filter(({ topic }) => topic === 'status.changed')]);
              }
            }
            expect(wrong).toEqual([]);
            expect(heard.leaked([of.person])).toEqual([]);
          },
          120_000,
        );

        it.each(of.documented.filter(({ alike }) => !alike))(
          '$name keeps its meaning whatever fields are new in it',
          async (reported) => {
            const anything = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom('\ud800', '\0', '__proto__'));
            const name = fc
              .oneof(
                fc.string({ maxLength: 12 }),
                fc.constantFrom('__proto__', 'constructor', 'toJSON', 'hasOwnProperty', 'then', 'length'),
              )
              .filter((text) => !(text in reported.event) || text in Object.prototype);
            const fields = fc.array(fc.tuple(fc.constantFrom(...of.holders), name, anything), {
              minLength: 1,
              maxLength: 8,
            });
            await fc.assert(
              fc.asyncProperty(fields, async (added) => {
                const event = added.reduce(
                  (whole, [holder, field, value]) => withNewField(whole, holder, field, value),
                  reported.event,
                );
                expect(judge(await post(send(event)), reported)).toBeUndefined();
              }),
              { numRuns: 12 },
            );
          },
          60_000,
        );
      },
    );

    it.each(Object.entries(bodies))(
      'is taken and kept where its body is %s',
      async (_, text) => {
        const { answer, published } = await post(
          of.body(Buffer.from(text, text.startsWith('latin1:') ? 'latin1' : 'utf8')),
        );
        expect(answer).toBeGreaterThanOrEqual(200);
        expect(answer).toBeLessThan(300);
        expect(new Set(topicsOf(published))).toEqual(new Set(['unreadable']));
      },
      60_000,
    );

    it.each(['', 'text/plain', 'application/json; charset=iso-8859-1', 'application/xml', 'no type at all'])(
      'is taken whatever type it says it is of: %j',
      async (type) => {
        const [reported] = of.documented;
        const { headers, ...delivery } = Object.values(of.ways)[0]!(reported!.event);
        expect(
          judge(await post({ ...delivery, headers: { ...headers, 'content-type': type } }), reported!),
        ).toBeUndefined();
      },
    );
  });
}

function withNewField<T>(event: T, holder: Path, field: string, value: unknown): T {
  if (holder.length > 0) {
    const [name, ...rest] = holder as [string, ...string[]];
    const inner = (event as Record<string, unknown>)[name];
    return { ...event, [name]: withNewField(inner, rest, field, value) };
  }
  // As a field name in JSON, whatever it means to JavaScript.
  return Object.fromEntries([
    ...Object.entries(event as object),
    ...(Object.hasOwn(event as object, field) ? [] : [[field, value]]),
  ]) as T;
}

/** Whether a record can be read by its consumers, and stored. */
function isContract(topic: string, value: unknown): boolean {
  const { schema } = Object.values(topics).find(({ name }) => name === topic)!;
  if (schema === null || value === null) return true;
  return schema.safeParse(value).success && !/\\ud[89a-f]|\\u0000/i.test(JSON.stringify(value));
}
