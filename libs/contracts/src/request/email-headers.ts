import { z } from 'zod';
import { oneLine } from '../text/text.ts';

const provider = 'is set by the provider and cannot be given';
const use = (field: string) => `is set by the platform; use ${field}`;

/**
 * Headers that upstream may not set, each with its rule: headers that have a field in the request, and headers that
 * mail servers set. Those that one provider reserves are checked by its definition (`requests`).
 */
const reserved: Readonly<Record<string, string>> = {
  to: use('to'),
  cc: use('cc'),
  bcc: use('bcc'),
  from: use('from'),
  sender: use('from'),
  'reply-to': use('replyTo'),
  subject: use('subject'),
  'content-type': use('text, html and attachments'),
  'content-transfer-encoding': use('text, html and attachments'),
  'mime-version': use('text, html and attachments'),
  date: `${provider}; to send later, use sendAt`,
  'message-id': `${provider}; for a reference of yours, use correlationId`,
  'return-path': provider,
  received: provider,
  'dkim-signature': provider,
  'x-messaging-reference': 'is set by the platform and cannot be given',
};

const HeaderName = z
  .string()
  .max(100)
  .regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/, 'must be a header name: letters, digits and signs such as -, without blanks')
  .superRefine((name, context) => {
    const rule = Object.hasOwn(reserved, name.toLowerCase()) ? reserved[name.toLowerCase()] : undefined;
    if (rule !== undefined) context.addIssue({ code: 'custom', message: rule });
  });

/** Headers of a mail: names by RFC 5322, each once in any case, and values of one line. */
export const MailHeaders = z.record(HeaderName, oneLine(998)).superRefine((headers, context) => {
  const seen = new Set<string>();
  for (const name of Object.keys(headers)) {
    if (seen.has(name.toLowerCase()))
      context.addIssue({
        code: 'custom',
        path: [name],
        message: 'stands twice: names of headers are the same whatever their case',
      });
    seen.add(name.toLowerCase());
  }
});
