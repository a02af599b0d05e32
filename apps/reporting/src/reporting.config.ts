import { milliseconds } from '#libs/contracts';
import { custodySettings } from '#libs/custody';
import { postgresSettings } from '#libs/persistence';
import { recipientHashSettings, serviceSettings, settingsGroup } from '#libs/runtime';
import { kafkaSettings } from '#libs/transport';
import { z } from 'zod';
import { accessSettings } from './access/access.config.ts';
import { internalServiceSettings } from './internal/internal.config.ts';

/** Settings of the reporting service. */
export const ReportingConfig = z.object({
  ...serviceSettings(8080, 9464),
  ...kafkaSettings,
  ...postgresSettings,
  ...recipientHashSettings,
  ...accessSettings,
  ...internalServiceSettings,
  ...custodySettings,
  REPORTING_RECEIPT_WINDOW_HOURS: z.coerce
    .number()
    .positive()
    .default(72)
    .describe(
      'A message that was sent counts as final when no receipt has come for this many hours, even where its channel ' +
        'has not reported its end.',
    ),
  REPORTING_RECEIPT_ASK_AFTER_MS: milliseconds(600_000).describe(
    'A channel is asked to find out what became of a message that its provider took so long ago, in milliseconds, ' +
      'and of whose end nothing was heard.',
  ),
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
