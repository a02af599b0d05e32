import { InfrastructureDown, RecordRefused, type SendDue } from '#libs/contracts';
import { Jobs } from '#libs/runtime';
import { createLogger } from '#libs/telemetry';
import { aDeferred, eventually } from '#libs/testing';
import { describe, expect, it } from '@jest/globals';
import { OutcomePublisher } from '../publish/outcome-publisher.port.ts';
import { dueOf } from '../publish/facts.policy.ts';
import { type DueBatch, type DuePlan, DuePlans, type WaitingResends } from './due-plans.port.ts';
import { EvidenceReader, type ReadUpTo } from './evidence-reader.port.ts';
import { ReleaserService } from './releaser.service.ts';

const aPlan = (messageId: string): DuePlan => ({
  id: messageId,
  due: dueOf(aDeferred({ messageId }), {
    mode: 'send',
    kind: 'failed',
    dueAt: '2030-01-31T12:00:00Z',
    why: 'Tried again.',
  }),
  trace: {},
});

const noon = new Date('2030-01-31T12:00:00Z');

class Queue extends DuePlans {
  takings = 0;
  readonly marked: string[] = [];
  /** What each taking was given of the reading. */
  readonly reported: ReadUpTo[] = [];
  resends: WaitingResends = { now: noon, channels: [] };
  private readonly batches: DuePlan[][];

  constructor(...batches: DuePlan[][]) {
    super();
    this.batches = batches;
  }

  async waitingResends(): Promise<WaitingResends> {
    return this.resends;
  }

  async take(evidenceRead: ReadUpTo): Promise<DueBatch> {
    this.takings += 1;
    this.reported.push(evidenceRead);
    return { token: 'taking', plans: this.batches.shift() ?? [], more: this.batches.length > 0 };
  }

  async markPublished(_token: string, plans: readonly DuePlan[]): Promise<void> {
    this.marked.push(...plans.map(({ id }) => id));
  }
}

class Channel extends OutcomePublisher {
  readonly received: string[] = [];
  private readonly refused: string[];

  constructor(...refused: string[]) {
    super();
    this.refused = refused;
  }

  async facts(): Promise<void> {}
  async deadLetter(): Promise<void> {}
  async planned(): Promise<void> {}

  async due({ messageId }: SendDue): Promise<void> {
    if (this.refused.includes(messageId)) throw new InfrastructureDown('kafka', 'publish');
    this.received.push(messageId);
  }
}

/** Everything is read up to the moment it is asked, unless Kafka is away. */
class Reading extends EvidenceReader {
  asked = 0;
  away = false;

  async upTo(now: Date, channels: readonly ('email' | 'sms')[]): Promise<ReadUpTo> {
    this.asked += 1;
    if (this.away) throw new InfrastructureDown('kafka', 'release');
    return Object.fromEntries(channels.map((channel) => [channel, now]));
  }
}

function aReleaser(queue: Queue, channel = new Channel(), pollMs = 60_000) {
  const reading = new Reading();
  const stop = new AbortController();
  const logger = createLogger('test', 'silent');
  const jobs = new Jobs({ logger, stopping: stop.signal });
  const ended: string[] = [];
  const releaser = new ReleaserService(
    queue,
    reading,
    channel,
    { endPlan: ({ messageId }) => Promise.resolve(void ended.push(messageId)) },
    { RETRY_POLL_MS: pollMs, RETRY_RELEASE_PER_S: 5_000 },
    jobs,
    logger,
  );
  return { releaser, channel, reading, jobs, stop, ended };
}

describe('Releasing what is due', () => {
  it('marks only what Kafka has: the rest stays leased and is taken again', async () => {
    const queue = new Queue([aPlan('m-1'), aPlan('m-2'), aPlan('m-3')]);
    const { releaser, channel } = aReleaser(queue, new Channel('m-2'));
    await expect(releaser.releaseDue()).rejects.toThrow(InfrastructureDown);
    expect(channel.received).toEqual(['m-1', 'm-3']);
    expect(queue.marked).toEqual(['m-1', 'm-3']);
  });

  it('ends what cannot go back to its channel, and lets the rest go: it is not taken again', async () => {
    const queue = new Queue([aPlan('m-1'), aPlan('m-2')]);
    const channel = new Channel();
    channel.due = async ({ messageId }) => {
      if (messageId === 'm-1') throw new RecordRefused('email.due');
      channel.received.push(messageId);
    };
    const { releaser, ended } = aReleaser(queue, channel);
    await releaser.releaseDue();
    expect([ended, channel.received, queue.marked]).toEqual([['m-1'], ['m-2'], ['m-1', 'm-2']]);
  });

  it('goes on at once while there is more, and ends with the service', async () => {
    const queue = new Queue([aPlan('m-1')], [aPlan('m-2')], [aPlan('m-3')]);
    const { jobs, channel, stop } = aReleaser(queue);
    jobs.start();
    await eventually(() => channel.received.length === 3);
    stop.abort();
    await jobs.ended();
    expect(queue.takings).toBe(3);
  });

  it('asks how far evidence has been read only while something waits for it', async () => {
    const queue = new Queue();
    const { releaser, reading } = aReleaser(queue);
    await releaser.releaseDue();
    expect(reading.asked).toBe(0);
    queue.resends = { now: noon, channels: ['email'] };
    await releaser.releaseDue();
    expect(queue.reported).toEqual([{}, { email: noon }]);
  });

  it('lets all else go while nobody knows how far evidence has been read', async () => {
    const queue = new Queue([aPlan('m-1')]);
    queue.resends = { now: noon, channels: ['sms'] };
    const { releaser, reading, channel } = aReleaser(queue);
    reading.away = true;
    await releaser.releaseDue();
    expect(queue.reported).toEqual([{}]);
    expect(channel.received).toEqual(['m-1']);
  });

  it('goes on by itself after trouble', async () => {
    const queue = new Queue([aPlan('m-1')], [aPlan('m-2')]);
    const { jobs, channel, stop } = aReleaser(queue, new Channel('m-1'), 1);
    jobs.start();
    await eventually(() => channel.received.includes('m-2'));
    stop.abort();
    await jobs.ended();
  });
});
