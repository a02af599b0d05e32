import { z } from 'zod';
import { multiLine, oneLine } from '../text/text.ts';

/** A template by name, with its variables. */
export const TemplateRef = z.looseObject({
  name: oneLine(100).describe('One of ours, or a provider’s own, <provider>:<its id there> (docs/templates.md).'),
  version: oneLine(32)
    .optional()
    .describe('Of one of ours. Default: the newest when the message is first looked at; its retries keep it.'),
  variables: z.record(multiLine(100), z.unknown()).default({}),
});
export type TemplateRef = z.infer<typeof TemplateRef>;
