import type { LetterState } from '#libs/contracts';
import type { LetterGroup } from './responses.ts';
import type { LetterGroupsQuery, Parsed } from './requests.ts';

export type LetterSearch = Omit<Parsed<typeof LetterGroupsQuery>, 'state'> & {
  state?: LetterState | undefined;
  /** Only these tenants; undefined: all. */
  tenants: string[] | undefined;
};

/** Reads the dead letters of the projection. Every method throws InfrastructureDown. */
export abstract class LetterGroupsReader {
  /** By cause, the largest first. */
  abstract groups(search: LetterSearch): Promise<LetterGroup[]>;

  /** How many there are, of all causes. */
  abstract count(search: LetterSearch): Promise<number>;
}
