import { advance, type Mark, type Offsets, readUpTo } from './partition/low-water.policy.ts';
import type { KafkaReading } from './reading.ts';

/** Topics, by their full names, and the group that reads them. */
export interface Leg {
  groupId: string;
  topics: readonly string[];
}

/**
 * Where questions go, and where their answers come back. Whoever reads the questions publishes the answers before it
 * commits.
 */
export interface Route {
  there: Leg;
  back: readonly Leg[];
}

/**
 * Tells what is late from what is lost (docs/adr/0011). A question was dealt with once its reader has committed past
 * it; its answer has been read once our own groups are past all that stood in their topics then. What is unanswered
 * after that will stay so: the record of the question, or that of the answer, was passed over.
 */
export class RoundTrip {
  private readonly reading: KafkaReading;
  private readonly way: Route;
  private out: Mark[] = [];
  private home: Mark[] = [];

  constructor(reading: KafkaReading, way: Route) {
    this.reading = reading;
    this.way = way;
  }

  /**
   * @param now taken before this call, on the clock by which it is known when questions were published
   * @returns the moment up to which all that was asked has been dealt with and all its answers have been read;
   * undefined: not known yet
   * @throws InfrastructureDown when Kafka cannot be asked.
   */
  async answeredUpTo(now: Date): Promise<Date | undefined> {
    const { there, back } = this.way;
    const asked = await this.reading.extent(there.topics);
    const dealtWith = [await this.reading.position(there.groupId, asked)];
    this.out = advance(this.out, { at: now, ends: asked.ends }, dealtWith);
    const at = readUpTo(this.out, dealtWith);
    if (!at) return undefined;
    // Only now: the answers stand in their topics since before the reader has committed.
    const legs = await Promise.all(back.map(async (leg) => this.look(leg)));
    const read = [joined(legs.map(({ position }) => position))];
    this.home = advance(this.home, { at, ends: joined(legs.map(({ ends }) => ends)) }, read);
    return readUpTo(this.home, read);
  }

  private async look({ groupId, topics }: Leg): Promise<{ ends: Offsets; position: Offsets }> {
    const extent = await this.reading.extent(topics);
    return { ends: extent.ends, position: await this.reading.position(groupId, extent) };
  }
}

const joined = (all: readonly Offsets[]): Offsets => new Map(all.flatMap((offsets) => [...offsets]));
