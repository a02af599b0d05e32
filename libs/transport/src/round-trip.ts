import { advance, type Mark, type Offsets, readUpTo } from './partition/low-water.policy.ts';
import type { KafkaReading } from './reading.ts';

/** Topics, by their full names, and the group that reads them. */
export interface Leg {
  groupId: string;
  topics: readonly string[];
}

/**
 * The topics of questions, and those of their answers. The reader of the questions publishes the answers before it
 * commits.
 */
export interface Route {
  there: Leg;
  back: readonly Leg[];
}

/**
 * Distinguishes late answers from lost ones (docs/adr/0011). A question is processed once its reader has committed past
 * it. Its answer has been read once our own groups have passed the end that the answers' topics had at that moment. A
 * question without an answer by then will never have one: its record, or that of its answer, was lost.
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
   * @param now taken before this call, on the clock that gives questions their time
   * @returns the time up to which all questions are processed and all their answers are read; undefined: not known yet
   * @throws InfrastructureDown when Kafka cannot be asked.
   */
  async answeredUpTo(now: Date): Promise<Date | undefined> {
    const { there, back } = this.way;
    const asked = await this.reading.extent(there.topics);
    const dealtWith = [await this.reading.position(there.groupId, asked)];
    this.out = advance(this.out, { at: now, ends: asked.ends }, dealtWith);
    const at = readUpTo(this.out, dealtWith);
    if (!at) return undefined;
    // Only now: the answers are in their topics since before the reader committed.
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
