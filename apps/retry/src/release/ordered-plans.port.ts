import type { DuePlan } from './due-plans.port.ts';

/** Plans that go in the order in which their messages came: those that quiet hours have put off. */
export abstract class OrderedPlans {
  /**
   * Gives those that are due, in order. Of several replicas one does so at a time, and it begins with what another one
   * has left unfinished. They count as released once `release` names them.
   * @param most no more than so many
   * @param release publishes them, and returns those that are published
   * @returns how many were taken; 0 also while another replica is at it
   * @throws InfrastructureDown when Postgres cannot be reached; they then go once more, under the same ids.
   */
  abstract inTurn(most: number, release: (plans: readonly DuePlan[]) => Promise<DuePlan[]>): Promise<number>;
}
