import { Channel } from '#libs/contracts';
import { z } from 'zod';

/** Of a lane in the policy file: by channel the providers in the order of preference. */
export const ProviderOrder = z
  .partialRecord(Channel, z.array(z.string().min(1)).min(1))
  .describe(
    'By channel, the providers in the order in which messages of this lane prefer them; those that are not named ' +
      'come after these. Without it: as the settings of the channel have it (EMAIL_PROVIDERS).',
  );
export type ProviderOrder = z.infer<typeof ProviderOrder>;
