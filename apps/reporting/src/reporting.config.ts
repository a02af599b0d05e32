import { milliseconds } from '#libs/contracts';
import { custodySettings } from '#libs/custody';
import { postgresSettings } from '#libs/persistence';
import { letterRetentionSettings, recipientHashSettings, serviceSettings, settingsGroup } from '#libs/runtime';
import { kafkaSettings } from '#libs/transport';
import { z } from 'zod';
import { accessSettings } from './access/access.config.ts';
import { internalServiceSettings } from './internal/internal.config.ts';

const DAY_MS = 86_400_000;
/** A message may be asked for so long before it is given up. */
const ON_ITS_WAY_DAYS = 7;

interface Retention {
  REPORTING_TIMELINE_DAYS: number;
  REPORTING_ROLLUP_DAYS: number;
  RETRY_LETTER_RETENTION_MS: number;
}

/** Retentions that are fine one by one, and make no sense together. */
function contradictionsIn(settings: Retention): [string, string][] {
  const { REPORTING_TIMELINE_DAYS: timeline, REPORTING_ROLLUP_DAYS: rollup } = settings;
  const least = Math.ceil(settings.RETRY_LETTER_RETENTION_MS / DAY_MS) + ON_ITS_WAY_DAYS;
  return [
    ...(timeline < least
      ? [
          [
            'REPORTING_TIMELINE_DAYS',
            `must be at least ${least}: so long a letter can be redriven (RETRY_LETTER_RETENTION_MS and a week)`,
          ] as [string, string],
        ]
      : []),
    ...(rollup < timeline
      ? [['REPORTING_ROLLUP_DAYS', 'must not be less than REPORTING_TIMELINE_DAYS'] as [string, string]]
      : []),
  ];
}

/** Settings of the reporting service. */
export const ReportingConfig = z
  .object({
    ...serviceSettings(8080, 9464),
    ...kafkaSettings,
    ...postgresSettings,
    ...recipientHashSettings,
    ...accessSettings,
    ...internalServiceSettings,
    ...custodySettings,
    ...letterRetentionSettings,
    REPORTING_TIMELINE_DAYS: z.coerce
      .number()
      .int()
      .min(1)
      .max(3_650)
      .default(90)
      .describe(
        'How many days messages and their facts are kept. At least a week longer than RETRY_LETTER_RETENTION_MS: ' +
          'what can still be redriven must be known.',
      ),
    REPORTING_ROLLUP_DAYS: z.coerce
      .number()
      .int()
      .min(1)
      .max(36_500)
      .default(730)
      .describe('How many days counts are kept; not less than REPORTING_TIMELINE_DAYS.'),
    PRICE_TABLE_FILE: z
      .string()
      .min(1)
      .optional()
      .describe(
        'YAML or JSON file that says what messages cost (docs/schemas/price-table.schema.json holds its form, ' +
          'docs/reporting.md an example). Read again when it changes. Unset: no costs are shown.',
      ),
    REPORTING_RECEIPT_WINDOW_HOURS: z.coerce
      .number()
      .positive()
      .default(72)
      .describe(
        'A message that was sent counts as final when no receipt has come for this many hours, even where its ' +
          'channel has not reported its end.',
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
  })
  .superRefine((settings, context) => {
    for (const [name, message] of contradictionsIn(settings))
      context.addIssue({ code: 'custom', path: [name], message });
  });
export type ReportingConfig = z.infer<typeof ReportingConfig>;

export const reportingConfig = settingsGroup('reporting', ReportingConfig.shape);
