import { secret } from '#libs/contracts';
import { postgresSettings } from '#libs/persistence';
import { accessTokens, recipientHashSettings, serviceSettings, settingsGroup } from '#libs/runtime';
import { kafkaSettings } from '#libs/transport';
import { z } from 'zod';

/** Settings of the reporting service. */
export const ReportingConfig = z.object({
  ...serviceSettings(8080, 9464),
  ...kafkaSettings,
  ...postgresSettings,
  ...recipientHashSettings,
  REPORTING_TOKEN: secret(accessTokens).describe(
    'Access token of the reporting API, at least 16 characters. Several, separated by commas, are all accepted: ' +
      'add the new one, move the clients, then take the old one out.',
  ),
  REPORTING_RECEIPT_WINDOW_HOURS: z.coerce
    .number()
    .positive()
    .default(72)
    .describe('A message that was sent counts as final when no receipt has come for this many hours.'),
  ERROR_DOCS_URL: z
    .url()
    .optional()
    .describe(
      'Where docs/errors is published, such as https://docs.example.org/errors: links to the pages about codes ' +
        'begin with it. Unset: the path in the repository.',
    ),
});
export type ReportingConfig = z.infer<typeof ReportingConfig>;

export const reportingConfig = settingsGroup('reporting', ReportingConfig.shape);
