import { describe, expect, it } from '@jest/globals';
import type { KeptFact } from './fact.ts';
import { progressOf } from './progress.policy.ts';
import { deriveState } from './state.policy.ts';

const at = (second: number) => new Date(Date.UTC(2030, 0, 31, 12, 0, second)).toISOString();
const aFact = (eventId: string, second: number, rest: Partial<KeptFact>): KeptFact => ({
  eventId,
  status: 'accepted',
  final: false,
  source: 'email',
  at: at(second),
  ...rest,
});
const request = aFact('request', 0, { source: 'request', lane: 'urgent' });
const sent = aFact('sent', 2, { status: 'sent', provider: 'sendgrid', hop: 1 });
const delivered = aFact('delivered', 5, {
  hop: 1,
  status: 'delivered',
  final: true,
  source: 'receipt',
  provider: 'sendgrid',
});

/** The steps after each of these facts has come by itself, in this order. */
function stepsThrough(facts: readonly KeptFact[]) {
  let known: KeptFact[] = [];
  return facts.flatMap((fact) => {
    const isNew = known.every(({ eventId }) => eventId !== fact.eventId);
    const before = known.length > 0 ? deriveState(known).status : undefined;
    if (isNew) known = [...known, fact];
    const fresh = new Set(isNew ? [fact.eventId] : []);
    return progressOf({ channel: 'email', before, after: deriveState(known), facts: known, fresh });
  });
}
const named = (steps: ReturnType<typeof stepsThrough>) => steps.map(({ status, tookS }) => [status, tookS]);

describe('the steps of a message', () => {
  it('are counted once each, with how long they took', () => {
    const expected = [
      ['accepted', undefined],
      ['sent', 2],
      ['delivered', 5],
    ];
    expect(named(stepsThrough([request, sent, delivered]))).toEqual(expected);
    expect(named(stepsThrough([request, sent, sent, delivered, request, delivered]))).toEqual(expected);
  });

  it('are counted together where the facts come together', () => {
    const facts = [request, sent, delivered];
    const fresh = new Set(facts.map(({ eventId }) => eventId));
    const steps = progressOf({ channel: 'email', before: undefined, after: deriveState(facts), facts, fresh });
    expect(named(steps)).toEqual(named(stepsThrough(facts)));
    expect(steps[2]).toMatchObject({ lane: 'urgent', provider: 'sendgrid' });
  });

  it('have no duration while the request is not known', () => {
    expect(named(stepsThrough([sent, delivered]))).toEqual([
      ['sent', undefined],
      ['delivered', undefined],
    ]);
  });

  it('count from the time for which a message was scheduled', () => {
    const scheduled = { ...request, sendAt: at(1) };
    expect(named(stepsThrough([scheduled, sent]))).toEqual([
      ['accepted', undefined],
      ['sent', 1],
    ]);
    expect(named(stepsThrough([{ ...request, sendAt: at(30) }, sent]))[1]).toEqual(['sent', 0]);
  });

  it('name the kind of a failure, and the last provider', () => {
    const failure = { kind: 'bad-recipient', code: 'x', meaning: 'x', remedy: 'x', retry: 'never' } as const;
    const bounced = aFact('bounced', 9, { hop: 1, status: 'bounced', final: true, source: 'receipt', failure });
    expect(stepsThrough([request, sent, bounced]).at(-1)).toMatchObject({
      status: 'bounced',
      failureKind: 'bad-recipient',
      provider: 'sendgrid',
    });
  });

  it('are apart from what the recipient did, which counts once for each fact', () => {
    const opened = aFact('opened', 7, { status: 'opened', source: 'receipt', provider: 'sendgrid', hop: 1 });
    const steps = stepsThrough([request, sent, opened, opened, { ...opened, eventId: 'opened again' }]);
    expect(steps.map(({ status, engagement }) => engagement ?? status)).toEqual([
      'accepted',
      'sent',
      'opened',
      'opened',
    ]);
  });

  it('include an end that a receipt corrects', () => {
    const failed = aFact('failed', 3, { hop: 1, status: 'failed', final: true, source: 'retry' });
    expect(named(stepsThrough([request, failed, delivered])).map(([status]) => status)).toEqual([
      'accepted',
      'failed',
      'delivered',
    ]);
  });
});
