import { custodySettings, CustodyWatch, KeyRing, Sealing } from '#libs/custody';
import type { Provider } from '@nestjs/common';
import { Health } from './health.ts';
import { Jobs } from './jobs.ts';
import { made, tokenOf } from './made.ts';
import { LOGGER } from './runtime.module.ts';
import { settingsGroup } from './settings.ts';

const DESTROY_EVERY_MS = 3_600_000;

/** What seals addresses in operations; without custody it has none. */
export interface AddressSeal {
  sealing: Sealing | undefined;
}
export const ADDRESS_SEAL = tokenOf<AddressSeal>('what seals addresses in operations');

export const custodyConfig = settingsGroup('custody', custodySettings);

/** @param destroysOld whether this service destroys the keys that are past keeping: one does for all */
export const sealingProviders = ({ destroysOld = false } = {}): Provider[] => [
  custodyConfig.provider,
  made(
    ADDRESS_SEAL,
    { config: custodyConfig.KEY, jobs: Jobs, health: Health, logger: LOGGER },
    ({ config, jobs, health, logger }) => {
      const { CUSTODY_KEYRING_DIR: folder, KEY_EPOCHS_KEPT: epochsKept } = config;
      if (folder === undefined) return { sealing: undefined };
      const custody = new KeyRing(folder);
      const sealing = new Sealing({ custody, purpose: 'operations', epochsKept });
      const watch = new CustodyWatch(custody);
      jobs.add(watch.job());
      health.addConcern('custody', () => watch.concern());
      if (destroysOld)
        jobs.add({
          name: 'keys past keeping',
          everyMs: DESTROY_EVERY_MS,
          round: async () => {
            const epochs = await sealing.destroyOld();
            if (epochs.length > 0) logger.info({ epochs }, 'keys of sealed addresses are past keeping and destroyed');
          },
        });
      return { sealing };
    },
  ),
];
