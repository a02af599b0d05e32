import { endGroup } from '../../environment/process-table.ts';
import { type ProcessName, services } from '../../environment/env.ts';
import { orphansOf, type StackState } from '../../environment/state.ts';

/** Services first, then what they depend on. */
const stages: ProcessName[][] = [[...services], ['sandbox'], ['kafka'], ['postgres']];

export const inStopOrder = <T extends { name: ProcessName }>(processes: Iterable<T>): T[][] => {
  const all = [...processes];
  return stages.map((stage) => all.filter(({ name }) => stage.includes(name))).filter((found) => found.length > 0);
};

/**
 * Ends the processes that a killed supervisor left, in order.
 * @returns their names
 */
export async function endOrphans(state: StackState, say: (line: string) => void): Promise<ProcessName[]> {
  const orphans = orphansOf(state);
  for (const stage of inStopOrder(orphans)) {
    await Promise.all(
      stage.map(async ({ name, pid, command }) => {
        say(`ending ${name} (process ${pid}), left behind by an earlier start`);
        // PostgreSQL's fast shutdown; the others stop in order on SIGTERM.
        await endGroup(
          { pid, command },
          name === 'postgres' ? 'SIGINT' : 'SIGTERM',
          name === 'kafka' || name === 'postgres' ? 20_000 : 35_000,
        );
      }),
    );
  }
  return orphans.map(({ name }) => name);
}
