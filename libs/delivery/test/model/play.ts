import { topicName, topics } from '#libs/contracts';
import type { Parsed, History, Step } from './history.ts';
import { bob, cy, refOf } from './people.ts';
import { tellReceipt } from './receipts.ts';
import { concerns, type Replica, type Service, startReplica } from './replica.ts';
import type { How } from './scheduler.ts';
import { endings, type ProviderChance, receipts, ways } from './sim-provider.ts';
import { noon } from './virtual-clock.ts';
import { leaseMs, type Variant, World } from './world.ts';

/** The maximum number of our own records that a history loses. */
const mostLosses = 2;

/** A world with two replicas of each service, and the actions of which a history consists. */
export class Play {
  readonly world: World;
  readonly replicas: Replica[] = [];
  private readonly history: History;
  private readonly cancelled = new Set<number>();
  private started = 0;

  constructor(history: History, variant: Variant) {
    this.history = history;
    this.world = new World(history, variant);
  }

  async begin(): Promise<void> {
    for (const [index, asked] of this.history.asked.entries()) this.publish(`m${index + 1}`, asked);
    for (const [index, asked] of this.history.asked.entries()) this.repeat(`m${index + 1}`, asked);
    for (const service of ['email', 'email', 'retry', 'retry'] as const) await this.start(service);
    for (const replica of this.replicas) replica.member.join();
  }

  async act(step: Step): Promise<void> {
    const { clock } = this.world;
    this.world.chance = () => chanceOf(step);
    switch (step.act) {
      case 'go on':
        return this.advance(step, 'whole');
      case 'go halfway':
        return this.advance(step, 'half');
      case 'lose an answer':
        return this.advance(step, 'lost');
      case 'fetch':
        return this.fetch(step);
      case 'a little later':
        return void (clock.now += 50 + (step.luck % 32) * 60);
      case 'something is due':
        return this.pass((this.world.nextTime ?? clock.now) - clock.now, 'until something is due');
      case 'die at it':
        return this.dieAtIt(step);
      case 'after the lease':
        return this.pass(leaseMs + 50, 'the lease passes');
      case 'postgres goes':
        return this.turn('postgres', true);
      case 'postgres comes':
        return this.turn('postgres', false);
      case 'kafka goes':
        return this.turn('kafka', true);
      case 'kafka comes':
        return this.turn('kafka', false);
      case 'a receipt':
        return tellReceipt(this.world, step.pick);
      case 'cancel':
        return this.cancel(step.pick);
      case 'lose a record':
        return this.loseRecord(step);
      case 'suppress':
        return this.suppress(step.pick);
      case 'start':
        return this.restart(step);
      default:
        return this.actOn(step);
    }
  }

  /** Actions on one replica; `pick` chooses among those that it can happen to. */
  private actOn({ act, pick, luck }: Step): void {
    const { scheduler } = this.world;
    const replica = among(
      this.replicas.filter((one) => concerns(act, one, scheduler)),
      pick,
    );
    if (!replica) return;
    switch (act) {
      case 'commit':
        return replica.commit();
      case 'release':
        return replica.release();
      case 'look':
        return replica.look();
      case 'kill':
        return this.kill(replica, luck);
      case 'pause':
        return this.pause(replica, true);
      case 'resume':
        return this.pause(replica, false);
      case 'rebalance':
        return this.rebalance(replica.service, luck);
      default:
        replica.member.join();
    }
    scheduler.say(undefined, `${replica.process.name} learns of its share`);
  }

  /** All faults end: all replicas run and know their partitions. */
  async heal(): Promise<void> {
    this.world.scheduler.say(undefined, '--- faults end');
    this.world.scheduler.down.clear();
    for (const replica of this.replicas) replica.process.paused = false;
    for (const service of ['email', 'retry'] as const) {
      if (!this.members(service).length) await this.start(service);
      this.rebalance(service, 0);
    }
    for (const replica of this.replicas) replica.member.join();
    this.history.asked.forEach((_, index) => this.cancel(index));
  }

  members(service: Service): Replica[] {
    return this.replicas.filter((replica) => replica.service === service);
  }

  private publish(
    messageId: string,
    { key, partition, to, sendAfter, expiresAfter, fault }: Parsed,
    more: object = {},
  ): void {
    const times = {
      ...(sendAfter && { sendAt: isoAt(sendAfter) }),
      ...(expiresAfter && { expiresAt: isoAt(expiresAfter) }),
    };
    const value = Buffer.from(
      JSON.stringify({ messageId, tenant: 'default', text: 'Hello', to, ...(fault && { fault }), ...times, ...more }),
    );
    const topic = topicName(topics.emailRequested, '', this.history.lane);
    this.world.broker.append(topic, partition, { key: key === null ? null : Buffer.from(key), value, timestamp: noon });
  }

  private repeat(messageId: string, asked: Parsed): void {
    if (asked.repeat === 'none') return;
    this.publish(
      messageId,
      { ...asked, partition: asked.partition === 0 ? 1 : 0 },
      asked.repeat === 'other content' ? { text: 'Something else' } : {},
    );
  }

  private async start(service: Service): Promise<void> {
    this.started += 1;
    this.replicas.push(await startReplica(service, `${service}-${this.started}`, this.world));
    this.rebalance(service, this.started);
  }

  private async restart({ pick }: Step): Promise<void> {
    const service = pick % 2 === 0 ? 'email' : 'retry';
    if (this.members(service).length < 2) await this.start(service);
  }

  private advance(step: Step, how: How): void {
    const entry = among(this.world.scheduler.runnable, step.pick);
    if (entry) this.world.scheduler.advance(entry, how);
    else this.fetch(step);
  }

  /** It takes effect, and the process that requested it never gets the response. */
  private dieAtIt({ pick, luck }: Step): void {
    const entry = among(this.world.scheduler.runnable, pick);
    const replica = this.replicas.find(({ process }) => process === entry?.owner);
    if (!entry || !replica) return;
    this.world.scheduler.advance(entry, 'half');
    this.kill(replica, luck);
  }

  private fetch({ pick, luck }: Step): void {
    const places = this.replicas
      .filter(({ process }) => process.runs)
      .flatMap(({ member }) => member.fetchable.map((recordId) => ({ member, recordId })));
    const chosen = among(places, pick);
    chosen?.member.fetch(chosen.recordId, 1 + (luck % 3));
  }

  private kill(replica: Replica, luck: number): void {
    this.world.scheduler.kill(replica.process);
    this.world.scheduler.say(undefined, `${replica.process.name} is killed`);
    this.replicas.splice(this.replicas.indexOf(replica), 1);
    this.rebalance(replica.service, luck);
  }

  private pause({ process }: Replica, paused: boolean): void {
    if (process.paused !== paused)
      this.world.scheduler.say(undefined, `${process.name} ${paused ? 'stands still' : 'goes on'}`);
    process.paused = paused;
  }

  private rebalance(service: Service, luck: number): void {
    const members = this.members(service).map(({ process }) => process);
    if (members.length > 0) this.world.broker.rebalance(service, this.laneQuotaOf(service), members, luck);
  }

  private laneQuotaOf(service: Service): string[] {
    const { lane } = this.history;
    const status = `${topics.statusChanged.name}/0`;
    if (service === 'retry') return [`${topics.sendDeferred.name}/0`, status, `${topics.cancelRequested.name}/0`];
    const requested = topicName(topics.emailRequested, '', lane);
    return [
      `${requested}/0`,
      `${requested}/1`,
      `${topicName(topics.emailDue, '', lane)}/0`,
      status,
      `${topics.cancelRequested.name}/0`,
      `${topics.sendPlanned.name}/0`,
    ];
  }

  private pass(ms: number, words: string): void {
    this.world.clock.now += ms;
    if (ms > 0) this.world.scheduler.say(undefined, words);
  }

  private turn(dependency: 'postgres' | 'kafka', down: boolean): void {
    const { scheduler } = this.world;
    if (scheduler.down.has(dependency) === down) return;
    scheduler.down[down ? 'add' : 'delete'](dependency);
    scheduler.say(undefined, `${dependency} ${down ? 'goes away' : 'is back'}`);
  }

  private suppress(pick: number): void {
    const address = among([bob, cy], pick)!;
    this.world.suppressed.add(refOf(address).hash);
    this.world.scheduler.say(undefined, `${address} must not be written to any more`);
  }

  /** One of the last records of one of our own topics cannot be read from now on. */
  private loseRecord({ pick, luck }: Step): void {
    const { broker, scheduler } = this.world;
    const own = [
      topicName(topics.emailDue, '', this.history.lane),
      topics.sendDeferred.name,
      topics.sendPlanned.name,
      topics.statusChanged.name,
    ].map((name) => `${name}/0`);
    const recordId = among(
      own.filter((name) => broker.logOf(name).length > 0),
      pick,
    );
    if (recordId === undefined || broker.losses >= mostLosses) return;
    const offset = Math.max(0, broker.logOf(recordId).length - 1 - (luck % 3));
    broker.lose(recordId, offset);
    scheduler.say(undefined, `${recordId}/${offset} is lost`);
  }

  private cancel(pick: number): void {
    const index = pick % this.history.asked.length;
    if (!this.history.asked[index]!.cancelled || this.cancelled.has(index)) return;
    this.cancelled.add(index);
    const messageId = `m${index + 1}`;
    this.world.append({
      topic: topics.cancelRequested,
      key: messageId,
      value: { messageId, tenant: 'default', channel: 'email' },
    });
    this.world.scheduler.say(undefined, `upstream takes ${messageId} back`);
  }
}

function chanceOf({ luck }: Step): ProviderChance {
  const [forReceipt, forRoute] = [
    Math.floor(luck / endings.length),
    Math.floor(luck / endings.length / receipts.length),
  ];
  return {
    ending: endings[luck % endings.length]!,
    receipt: receipts[forReceipt % receipts.length]!,
    route: ways[forRoute % ways.length]!,
  };
}

const among = <T>(all: readonly T[], pick: number): T | undefined => all[pick % (all.length || 1)];

const isoAt = (ms: number) => new Date(noon + ms).toISOString();
