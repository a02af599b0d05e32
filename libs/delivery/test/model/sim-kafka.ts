import type { Admin, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { Process, Scheduler } from './scheduler.ts';

export interface Logged {
  key: Buffer | null;
  value: Buffer;
  timestamp: number;
}

interface Group {
  generation: number;
  /** By partition (`topic/partition`): the member it is assigned to. */
  owners: Map<string, Process>;
  committed: Map<string, number>;
}

type Listener = (event: { payload: { memberId: string; memberAssignment: Record<string, number[]> } }) => void;

/** Logs and consumer groups. A commit of an old generation is refused, as by the real broker. */
export class Broker {
  /** By partition. */
  readonly logs = new Map<string, Logged[]>();
  readonly groups = new Map<string, Group>();
  /** Records (`topic/partition/offset`) that cannot be read any more. */
  private readonly lost = new Set<string>();
  /** Commits that were behind the group's committed offset. */
  readonly stepsBack: string[] = [];

  append(topic: string, partition: number, record: Logged): void {
    this.logOf(`${topic}/${partition}`).push(record);
  }

  group(id: string): Group {
    const group = this.groups.get(id) ?? {
      generation: 0,
      owners: new Map<string, Process>(),
      committed: new Map<string, number>(),
    };
    this.groups.set(id, group);
    return group;
  }

  /** Assigns each partition to one of the members, chosen by `chance`. */
  rebalance(id: string, places: readonly string[], members: readonly Process[], chance: number): void {
    const group = this.group(id);
    group.generation += 1;
    for (const [index, recordId] of places.entries())
      group.owners.set(recordId, members[(chance >> index) % members.length]!);
  }

  lose(recordId: string, offset: number): void {
    this.lost.add(`${recordId}/${offset}`);
  }

  isLost(record: string): boolean {
    return this.lost.has(record);
  }

  get losses(): number {
    return this.lost.size;
  }

  readable(recordId: string): Logged[] {
    return this.logOf(recordId).filter((_, offset) => !this.isLost(`${recordId}/${offset}`));
  }

  logOf(recordId: string): Logged[] {
    const log = this.logs.get(recordId) ?? [];
    this.logs.set(recordId, log);
    return log;
  }
}

/** One member of a group, in the form that kafkajs has for the transport. */
export class Member {
  readonly process: Process;
  private readonly group: Group;
  private readonly broker: Broker;
  private readonly scheduler: Scheduler;
  private readonly listeners = new Map<string, Listener[]>();
  private readonly positions = new Map<string, number>();
  private generation = -1;
  /** How often the group continued without it: it then rejoins under a new id. */
  private expelled = 0;
  /** The partitions that it believes are assigned to it, by topic. */
  private reported: Record<string, number[]> = {};
  private readonly keepsAll: boolean;
  private eachBatch: ((payload: EachBatchPayload) => Promise<void>) | undefined;

  /** @param keepsAll it never notices that a partition was revoked: a seeded bug */
  constructor(process: Process, groupId: string, broker: Broker, scheduler: Scheduler, keepsAll = false) {
    this.process = process;
    this.broker = broker;
    this.scheduler = scheduler;
    this.group = broker.group(groupId);
    this.keepsAll = keepsAll;
  }

  /** The parts of kafkajs that the transport uses. */
  get kafka(): Kafka {
    const consumer = {
      events: { GROUP_JOIN: 'join', CRASH: 'crash', REBALANCING: 'rebalancing' },
      on: (event: string, listener: Listener) =>
        this.listeners.set(event, [...(this.listeners.get(event) ?? []), listener]),
      connect: () => Promise.resolve(),
      subscribe: () => Promise.resolve(),
      disconnect: () => Promise.resolve(),
      pause: () => undefined,
      resume: () => undefined,
      run: ({ eachBatch }: { eachBatch: (payload: EachBatchPayload) => Promise<void> }) => {
        this.eachBatch = eachBatch;
        return Promise.resolve();
      },
      commitOffsets: (offsets: { topic: string; partition: number; offset: string }[]) => this.commit(offsets),
    };
    return {
      consumer: () => consumer as unknown as Consumer,
      admin: () => this.admin as unknown as Admin,
    } as unknown as Kafka;
  }

  /** Requests to the brokers. A service's two groups are one here. */
  private get admin(): Pick<Admin, 'connect' | 'disconnect' | 'fetchTopicOffsets' | 'fetchOffsets'> {
    const { process, broker, scheduler } = this;
    const recordId = (topic: string) => `${topic}/0`;
    return {
      connect: () => Promise.resolve(),
      disconnect: () => Promise.resolve(),
      fetchTopicOffsets: (topic) =>
        scheduler.ask(process, 'kafka', `asks for the end of ${topic}`, () => {
          const end = String(broker.logOf(recordId(topic)).length);
          return [{ partition: 0, offset: end, high: end, low: '0' }];
        }),
      fetchOffsets: ({ groupId, topics = [] }) =>
        scheduler.ask(process, 'kafka', `asks how far ${groupId} has read`, () => {
          const { committed } = broker.group(groupId.replace('-facts', ''));
          return topics.map((topic) => ({
            topic,
            partitions: [{ partition: 0, offset: String(committed.get(recordId(topic)) ?? -1), metadata: null }],
          }));
        }),
    };
  }

  get isBehind(): boolean {
    return this.generation !== this.group.generation;
  }

  /** Gets its assignment, and fetches from the committed offsets. */
  join(): void {
    if (this.group.generation > this.generation + 1) this.expelled += 1;
    this.generation = this.group.generation;
    this.positions.clear();
    const mine: Record<string, number[]> = this.keepsAll ? this.reported : {};
    this.reported = mine;
    for (const [recordId, owner] of this.group.owners) {
      if (owner !== this.process) continue;
      const [topic, partition] = splitPlace(recordId);
      mine[topic] = [...new Set(mine[topic]).add(partition)];
      this.positions.set(recordId, this.group.committed.get(recordId) ?? 0);
    }
    const memberId = `${this.process.name}-${this.expelled}`;
    for (const listener of this.listeners.get('rebalancing') ?? [])
      listener({ payload: { memberId, memberAssignment: {} } });
    for (const listener of this.listeners.get('join') ?? [])
      listener({ payload: { memberId, memberAssignment: mine } });
  }

  /** Its partitions with new records. */
  get fetchable(): string[] {
    return [...this.positions]
      .filter(([recordId, position]) => position < this.broker.logOf(recordId).length)
      .map(([recordId]) => recordId);
  }

  /** Takes the next records of a partition, at most `count`. */
  fetch(recordId: string, count: number): void {
    const [topic, partition] = splitPlace(recordId);
    const from = this.positions.get(recordId)!;
    const records = this.broker.logOf(recordId).slice(from, from + count);
    this.positions.set(recordId, from + records.length);
    const messages = records.map(({ key, value, timestamp }, index) => ({
      key,
      value,
      headers: {},
      offset: String(from + index),
      timestamp: String(timestamp),
      attributes: 0,
    }));
    void this.eachBatch?.({ batch: { topic, partition, messages } } as unknown as EachBatchPayload);
  }

  private commit(offsets: { topic: string; partition: number; offset: string }[]): Promise<void> {
    const what = `commit ${offsets.map(({ topic, partition, offset }) => `${topic}/${partition}@${offset}`).join(' ')}`;
    const { generation } = this;
    return this.scheduler.ask(this.process, 'kafka', what, () => {
      if (generation !== this.group.generation) throw new Error('the group has a new generation');
      for (const { topic, partition, offset } of offsets) {
        const recordId = `${topic}/${partition}`;
        const before = this.group.committed.get(recordId) ?? 0;
        if (Number(offset) < before) this.broker.stepsBack.push(`${recordId} from ${before} to ${offset}`);
        this.group.committed.set(recordId, Number(offset));
      }
    });
  }
}

const splitPlace = (recordId: string): [string, number] => [
  recordId.slice(0, recordId.lastIndexOf('/')),
  Number(recordId.slice(recordId.lastIndexOf('/') + 1)),
];
