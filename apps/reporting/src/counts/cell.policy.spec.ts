import { describe, expect, it } from '@jest/globals';
import type { KeptFact } from '../projection/fact.ts';
import { deriveState } from '../projection/state.policy.ts';
import { bounded, cellOf, keptValue, OTHER } from './cell.policy.ts';
import { readCell, writeCell } from './cell.ts';
import { bucketOf, tookBounds } from './took.policy.ts';

const of = { tenant: 'shop', channel: 'sms' } as const;
let count = 0;
const aFact = (more: Partial<KeptFact>): KeptFact => ({
  eventId: `e-${(count += 1)}`,
  status: 'sent',
  final: false,
  at: '2030-01-31T12:59:58.000Z',
  source: 'sms',
  hop: 1,
  provider: 'twilio',
  ...more,
});
const aRequest = (more: Partial<KeptFact> = {}): KeptFact =>
  aFact({
    status: 'accepted',
    source: 'request',
    hop: undefined,
    provider: undefined,
    lane: 'urgent',
    category: 'security',
    templates: ['code', 'code-de'],
    country: 'DE',
    tags: ['login', 'app'],
    ...more,
  });
const delivered = (at: string) => aFact({ status: 'delivered', source: 'receipt', final: true, at });
const cell = (facts: KeptFact[]) => cellOf(of, deriveState(facts), facts);

describe('the cell of a message', () => {
  it('is its hour, whose it is, how it went, where to, and how it stands', () => {
    expect(cell([aRequest(), aFact({ segments: 2 }), delivered('2030-01-31T13:00:02.000Z')])).toEqual({
      hour: '2030-01-31T12:00:00.000Z',
      ...of,
      lane: 'urgent',
      provider: 'twilio',
      category: 'security',
      template: 'code',
      country: 'DE',
      status: 'delivered',
      kind: '',
      took: bucketOf(4),
      unit: 'segment',
      units: 2,
      tags: ['app', 'login'],
      engagement: [],
      links: [],
    });
  });

  it('is in the hour of its earliest fact until the request is known, and has no time to delivery', () => {
    const facts = [aFact({}), delivered('2030-01-31T13:00:02.000Z')];
    expect(cell(facts)).toMatchObject({ hour: '2030-01-31T12:00:00.000Z', template: '', took: null });
    expect(cell([...facts, aRequest({ at: '2030-01-31T11:30:00.000Z' })])).toMatchObject({
      hour: '2030-01-31T11:00:00.000Z',
      template: 'code',
      took: bucketOf(5_402),
    });
  });

  it('has the time from when it was wanted, which is never less than none', () => {
    const planned = aRequest({ sendAt: '2030-01-31T13:00:00.000Z' });
    expect(cell([planned, delivered('2030-01-31T13:00:30.000Z')]).took).toBe(bucketOf(30));
    expect(cell([aRequest(), delivered('2030-01-31T12:00:00.000Z')]).took).toBe(0);
  });

  it('has the kind of the failure by which it stands so, not of one that was overcome', () => {
    const failure = { kind: 'throttled', code: '429', meaning: '', remedy: '', retry: 'backoff' } as const;
    const throttled = aFact({ status: 'retrying', failure });
    expect(cell([aRequest(), throttled]).kind).toBe('throttled');
    expect(cell([aRequest(), throttled, aFact({ hop: 2 })]).kind).toBe('');
  });

  it('is charged by segments where it has some, else by recipients, each hop that a provider took', () => {
    const ada = { hash: 'a', mask: 'a***' };
    const bob = { hash: 'b', mask: 'b***' };
    expect(cell([aRequest()])).toMatchObject({ unit: '', units: 0 });
    expect(cell([aRequest(), aFact({ recipients: [ada, bob] })])).toMatchObject({ unit: 'message', units: 2 });
    expect(cell([aRequest(), aFact({ segments: 3 }), aFact({ source: 'lookup' })])).toMatchObject({ units: 3 });
    expect(cell([aRequest(), aFact({ segments: 3 }), aFact({ hop: 2, segments: 3 })])).toMatchObject({ units: 6 });
  });

  it('counts each engagement by its kind', () => {
    const engaged = (status: KeptFact['status']) => aFact({ status, source: 'receipt' });
    const facts = [aRequest(), engaged('opened'), engaged('machine-opened'), engaged('opened'), engaged('clicked')];
    expect(cell(facts).engagement).toEqual([
      ['clicked', 1],
      ['machine-opened', 1],
      ['opened', 2],
    ]);
  });

  it('counts clicks by link, ten of them apart', () => {
    const click = (link: string) => aFact({ status: 'clicked', source: 'receipt', link });
    expect(cell([aRequest(), click('b'), click('a'), click('b')]).links).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    const many = Array.from({ length: 12 }, (_, index) => click(`l${String(index).padStart(2, '0')}`));
    expect(cell([aRequest(), ...many]).links.slice(-2)).toEqual([
      ['l09', 1],
      [OTHER, 2],
    ]);
  });

  it('is the same whatever the order of the facts, and after it was written and read', () => {
    const facts = [
      aRequest(),
      aFact({ segments: 2 }),
      aFact({ source: 'lookup' }),
      delivered('2030-01-31T13:00:02.000Z'),
    ];
    expect(writeCell(cell(facts.toReversed()))).toBe(writeCell(cell(facts)));
    expect(readCell(writeCell(cell(facts)))).toEqual(cell(facts));
  });
});

describe('values beyond what is counted apart', () => {
  it('count as other, tags together', () => {
    const few = bounded(cell([aRequest()]), (_, value) => (value === 'DE' ? value : OTHER));
    expect(few).toMatchObject({ template: OTHER, country: 'DE', tags: [OTHER] });
  });

  it('stay as they were counted while the message stays in its day', () => {
    const raw = cell([aRequest()]);
    const kept = bounded(raw, () => OTHER);
    expect(keptValue(kept, raw, 'template', 'code')).toBe(OTHER);
    expect(keptValue(raw, raw, 'tag', 'app')).toBe('app');
    expect(keptValue(undefined, raw, 'template', 'code')).toBeUndefined();
    const dayBefore = { ...kept, hour: '2030-01-30T12:00:00.000Z' };
    expect(keptValue(dayBefore, raw, 'template', 'code')).toBeUndefined();
  });
});

it('each bucket of the time to delivery ends above the one before', () => {
  expect([...tookBounds].sort((a, b) => a - b)).toEqual(tookBounds);
  expect(new Set(tookBounds).size).toBe(tookBounds.length);
});
