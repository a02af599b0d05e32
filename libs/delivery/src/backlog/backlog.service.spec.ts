import { type ParkedChanged, topics } from '#libs/contracts';
import { HeldTopics, RecordContext } from '#libs/transport';
import { beforeEach, describe, expect, it } from '@jest/globals';
import type { BacklogState } from './backlog.port.ts';
import { BacklogService } from './backlog.service.ts';

const HOUR_MS = 3_600_000;
const bulk = 'p.email.requested.bulk';

describe('what retry says of too many parked messages', () => {
  let state: BacklogState | undefined;
  let applied: [ParkedChanged, number][];
  let reported: string[];
  let held: HeldTopics;
  let service: BacklogService;

  beforeEach(() => {
    [state, applied, reported, held] = [undefined, [], [], new HeldTopics()];
    const tell = (_: object, words: string) => void reported.push(words);
    service = new BacklogService({
      channel: 'email',
      prefix: 'p.',
      backlog: {
        apply: (changed, forMs) => Promise.resolve(void applied.push([changed, forMs])),
        state: () => Promise.resolve(state),
      },
      held,
      logger: { info: tell, warn: tell } as never,
    });
  });

  const full = (fullForMs = 1_000): BacklogState => ({ parked: 1_000_000, isFull: true, fullForMs });

  it('leaves bulk requests in Kafka, and nothing else, until it is over; each is reported once', async () => {
    await service.look();
    expect([held.has(bulk), service.concern(), reported]).toEqual([false, undefined, []]);
    state = full();
    for (let round = 0; round < 3; round += 1) await service.look();
    for (const other of ['p.email.requested', 'p.email.requested.urgent', 'p.email.due.bulk', 'p.sms.requested.bulk'])
      expect(held.has(other)).toBe(false);
    expect(held.has(bulk)).toBe(true);
    expect(service.concern()).toMatchObject({ meaning: expect.stringContaining('parked 1000000 messages') });
    state = { parked: 499_999, isFull: false, fullForMs: 0 };
    for (let round = 0; round < 3; round += 1) await service.look();
    expect([held.has(bulk), service.concern()]).toEqual([false, undefined]);
    expect(reported).toEqual([
      'bulk requests stay in Kafka: retry has parked too many messages',
      'bulk requests are read again',
    ]);
  });

  it('holds for half of the time for which Kafka keeps requests: unread, they would be deleted', async () => {
    const half = (topics.emailRequested.retentionHours * HOUR_MS) / 2;
    state = full(half - 1);
    await service.look();
    expect(held.has(bulk)).toBe(true);
    state = full(half);
    await service.look();
    expect(held.has(bulk)).toBe(false);
    expect(service.concern()).toMatchObject({ meaning: expect.stringContaining('delete them unread') });
  });

  it('holds from its Kafka time on, however late it is read', async () => {
    const changed: ParkedChanged = { parked: 7, limit: 7, isFull: true, forMs: 60_000, at: '2030-01-31T09:00:00.000Z' };
    const now = Date.parse('2030-01-31T09:00:10.000Z');
    const heardAt = (timestamp: number) =>
      service.onParked(changed, new RecordContext([{ timestamp } as never, changed]), now);
    await heardAt(now - 10_000);
    await heardAt(now - 3_600_000);
    await heardAt(now + 5_000);
    expect(applied.map(([, forMs]) => forMs)).toEqual([50_000, 0, 60_000]);
  });
});
