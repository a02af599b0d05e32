import { z } from 'zod';
import { multiLine, oneLine } from '../text/text.ts';

/** A template by name, with its variables. */
export const TemplateRef = z.looseObject({
  name: oneLine(100).describe(
    'One of ours (docs/templates.md), or a provider’s own: sendgrid:d-…, resend:…, twilio:HX….',
  ),
  version: oneLine(32)
    .optional()
    .describe('Of one of ours. Default: the newest when the message is first looked at; its retries keep it.'),
  variables: z.record(multiLine(100), z.unknown()).default({}),
});
export type TemplateRef = z.infer<typeof TemplateRef>;

/** Up to 64 of a-z, 0-9 and -, beginning with a letter; `d-` is how SendGrid's ids begin. */
export const isOwnTemplateName = (name: string): boolean => /^(?!d-)[a-z][a-z0-9-]{0,63}$/.test(name);

/**
 * The provider that keeps the template, and its id there; undefined: it is one of ours. SendGrid's and Twilio's ids
 * tell themselves.
 */
export function templateOwner(name: string): { provider: string; id: string } | undefined {
  const named = /^([a-z]+):(.+)$/.exec(name);
  if (named) return { provider: named[1]!, id: named[2]! };
  if (name.startsWith('d-')) return { provider: 'sendgrid', id: name };
  if (name.startsWith('HX')) return { provider: 'twilio', id: name };
  return undefined;
}
