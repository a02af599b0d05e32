import type { PoolClient } from '#libs/persistence';
import { type Cell, dayOf, readCell, writeCell } from '../counts/cell.ts';
import { bounded, cellOf, keptValue, OTHER, valuesOf } from '../counts/cell.policy.ts';
import { changesOf } from '../counts/changes.policy.ts';
import type { CountedAttempt } from '../counts/attempts.policy.ts';
import { writeCounts } from '../counts/counts.store.ts';
import { type Answers, type CountedValues, keyOf, type Value } from '../counts/values.store.ts';
import { factsOf } from './events.store.ts';
import type { KeptFact } from './fact.ts';
import { type LockedMessage, writeMessages } from './messages.store.ts';
import { deriveState, type MessageProjection } from './state.policy.ts';

/** A message whose state was folded anew. */
export interface FoldedMessage {
  message: LockedMessage;
  facts: readonly KeptFact[];
  after: MessageProjection;
}

interface Placed extends FoldedMessage {
  from: Cell | undefined;
  /** Before values beyond the bound are put together. */
  raw: Cell;
}

/**
 * Folds locked messages anew, and moves each from the cell that it is counted in to that of its state now.
 * @param attempts that the facts report, to be counted with them
 * @returns the messages, and what was learned of the values that are counted
 */
export async function foldAnew(
  client: PoolClient,
  messages: readonly LockedMessage[],
  values: CountedValues,
  attempts: readonly CountedAttempt[] = [],
): Promise<{ folded: FoldedMessage[]; answers: Answers }> {
  const facts = await factsOf(client, messages);
  const placed = messages.flatMap((message) => placedBy(message, facts.get(message.id) ?? []));
  const answers = await values.ask(client, placed.flatMap(openValues));
  const counted = placed.map((each) => {
    const to = cellIn(each, answers);
    return { ...each, to, cell: writeCell(to) };
  });
  await writeMessages(
    client,
    counted.map(({ message, after, to, cell }) => ({ ...message, ...after, cell, countedHour: to.hour })),
  );
  const moves = counted.filter(({ message, cell }) => message.cell !== cell);
  await writeCounts(client, changesOf(moves), attempts);
  return { folded: placed, answers };
}

/** Nothing for a message that has lost its facts: it stays as it was counted. */
function placedBy(message: LockedMessage, facts: readonly KeptFact[]): Placed[] {
  if (facts.length === 0) return [];
  const after = deriveState(facts);
  const from = message.cell === null ? undefined : readCell(message.cell);
  return [{ message, facts, after, from, raw: cellOf(message, after, facts) }];
}

const openValues = ({ from, raw }: Placed): Value[] =>
  valuesOf(raw)
    .filter(([dimension, value]) => keptValue(from, raw, dimension, value) === undefined)
    .map(([dimension, value]) => ({ day: dayOf(raw), tenant: raw.tenant, dimension, value }));

const cellIn = ({ from, raw }: Placed, answers: Answers): Cell =>
  bounded(raw, (dimension, value) => {
    const kept = keptValue(from, raw, dimension, value);
    if (kept !== undefined) return kept;
    return answers.get(keyOf({ day: dayOf(raw), tenant: raw.tenant, dimension, value })) ? value : OTHER;
  });
