import type { Channel, Lane } from '#libs/contracts';
import { type Health, type Jobs, WatchedFile } from '#libs/runtime';
import type { Logger } from '#libs/telemetry';
import { type LaneOrders, readOrders } from './provider-order.ts';

export interface ProviderOrdersOptions {
  channel: Channel;
  /** The providers that the channel has, in use or not. */
  known: readonly string[];
  /** The policy file; undefined: every lane has the order of the settings. */
  file: string | undefined;
  health: Pick<Health, 'addConcern'>;
  jobs: Pick<Jobs, 'add'>;
  logger: Pick<Logger, 'info' | 'error'>;
}

/** In which order each lane prefers its providers, as the policy file says; read again when it changes. */
export class ProviderOrders {
  private readonly file: WatchedFile<LaneOrders> | undefined;

  /** @throws InvalidConfiguration where the file is wrong from the beginning */
  constructor({ channel, known, file: path, health, jobs, logger }: ProviderOrdersOptions) {
    if (path === undefined) return;
    const file = new WatchedFile<LaneOrders>({
      file: path,
      setting: 'RETRY_POLICY_FILE',
      holds: 'the order of providers',
      form: 'docs/schemas/retry-policy.schema.json',
      read: (text) => readOrders(text, channel, known),
      logger,
    });
    this.file = file;
    health.addConcern('policy', () => file.concern());
    jobs.add(file.job('policy'));
  }

  /** Undefined: as the settings have it. */
  of(lane: Lane): readonly string[] | undefined {
    return this.file?.current[lane];
  }
}
