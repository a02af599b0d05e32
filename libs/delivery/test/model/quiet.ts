import type { Play } from './play.ts';
import { atEase } from './world.ts';
import { openReceipts, tellReceipt } from './receipts.ts';

/** After this many rounds something repeats without end. */
const mostRounds = 1_500;

/**
 * Runs everything, without faults and in order, until no work is left.
 * @returns what never finished
 */
export async function comeToRest(play: Play): Promise<string | undefined> {
  const { world } = play;
  world.chance = () => atEase;
  let committed = false;
  for (let round = 0; round < mostRounds; round += 1) {
    await world.scheduler.settle();
    if (work(play)) committed = false;
    else if (!committed) committed = commit(play);
    else if (!release(play) && !passTime(play)) {
      if (openReceipts(world).length === 0) return unread(play);
      tellReceipt(world, 0);
    }
  }
  return `it does not come to rest within ${mostRounds} rounds`;
}

function work({ world: { scheduler }, replicas }: Play): boolean {
  const { runnable } = scheduler;
  for (const entry of runnable) scheduler.advance(entry, 'whole');
  const places = replicas.flatMap(({ member }) => member.fetchable.map((recordId) => ({ member, recordId })));
  for (const { member, recordId } of places) member.fetch(recordId, 10);
  return places.length > 0 || runnable.length > 0;
}

function commit({ replicas }: Play): true {
  for (const replica of replicas) replica.commit();
  return true;
}

function release({ world, replicas }: Play): boolean {
  const { clock, nextRound = Infinity } = world;
  if (nextRound > clock.now) return false;
  // The loop pauses between two rounds; work that waits for a dependency continues meanwhile.
  clock.now += 200;
  for (const replica of replicas) {
    replica.release();
    replica.look();
  }
  return true;
}

function passTime({ world }: Play): boolean {
  const { nextTime } = world;
  if (nextTime === undefined) return false;
  world.clock.now = nextTime;
  return true;
}

/** Every record is processed and committed in the end. */
function unread({ world: { broker } }: Play): string | undefined {
  for (const [name, { owners, committed }] of broker.groups) {
    for (const recordId of owners.keys()) {
      const [at, end] = [committed.get(recordId) ?? 0, broker.logOf(recordId).length];
      if (at !== end) return `${name} has committed ${at} of ${end} records of ${recordId}`;
    }
  }
  return undefined;
}
