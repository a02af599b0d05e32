import type { Channel } from '#libs/contracts';
import { type FailureRow, networkFailures } from '#libs/providers';
import { allProviders } from '../../../apps/cli/src/catalogue.ts';

/** What one provider's codes mean. */
export interface FailureTable {
  /** Such as twilio; broken connections are `network`, whichever provider they go to. */
  provider: string;
  label: string;
  /** Undefined: of any. */
  channel: Channel | undefined;
  /** The file that holds it, from the root. */
  file: string;
  rows: readonly FailureRow[];
}

/** The tables of every provider, and that of the network. */
export const failureTables = (): FailureTable[] => [
  ...allProviders
    .map(({ name, label, channel, failures }) => ({
      provider: name,
      label,
      channel,
      file: `apps/${channel}/src/providers/${name}/send/${name}.failures.ts`,
      rows: failures,
    }))
    .toSorted((a, b) => a.provider.localeCompare(b.provider)),
  {
    provider: 'network',
    label: 'Network',
    channel: undefined,
    file: 'libs/providers/src/failures/network.failures.ts',
    rows: networkFailures,
  },
];
