import type { SendDue } from '#libs/contracts';

/** What a plan is chosen by without reading what is in it; undefined: all of them. */
export interface Narrowed {
  channel?: string | undefined;
  tenant?: string | undefined;
  lane?: string | undefined;
}

/** Reads what is planned to be sent. Every method throws InfrastructureDown. */
export abstract class PlannedSends {
  /**
   * The plans that follow an id, in the order of their ids: these are digests, so the first ones are as good as any.
   * @param after null: from the first one
   */
  abstract portion(which: Narrowed, after: string | null): Promise<{ plans: SendDue[]; upTo: string | null }>;
}
