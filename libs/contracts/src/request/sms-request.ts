import { z } from 'zod';
import { asWritten, PhoneNumber } from '../recipient/phone-number.ts';
import { checkTimes, HttpsUrl, requestEnvelope } from './primitives.ts';
import { requestSchema } from './request-schema.ts';
import { TemplateRef } from './template.ts';
import { multiLine, oneLine } from '../text/text.ts';

export const SmsKind = z.enum(['sms', 'mms', 'whatsapp']);

/**
 * A number in E.164, a name (up to 11 characters, one letter at least), a short code, or a provider's id of a pool of
 * senders, from which it picks one: which ids there are, the providers say. The characters of a name:
 * https://www.twilio.com/docs/messaging/api/alphasender-resource
 */
export const SmsSender = z
  .string()
  .regex(
    /^(?:\+[1-9]\d{6,14}|\d{3,8}|(?=.*[A-Za-z])[A-Za-z0-9_-]{20,64}|(?=.*[A-Za-z])[A-Za-z0-9 &_+-]{1,11})$/,
    'must be a number in E.164 form, a short code, a provider’s id of a pool of senders, or a name: up to 11 ' +
      'letters, digits, blanks and & - _ +, with a letter',
  )
  .transform(asWritten);

const Text = z
  .looseObject({
    ...requestEnvelope,
    kind: SmsKind.optional().describe('Default: mms when there are media, else sms.'),
    to: PhoneNumber.describe(
      'E.164. A trunk prefix after the country’s code is taken away: +112025552177 is +12025552177. For WhatsApp ' +
        'also as inbound.received tells it.',
    ),
    from: SmsSender.optional().describe('Default: the configured sender.'),
    body: multiLine(1600).min(1).optional().describe('At most 1600 characters.'),
    mediaUrls: z.array(HttpsUrl).min(1).max(10).optional(),
    template: TemplateRef.optional().describe(
      'One of ours, instead of the body; a provider’s own, <provider>:<id>, is the same as contentTemplate.',
    ),
    contentTemplate: TemplateRef.optional().describe(
      'An approved template, needed on WhatsApp outside the 24-hour window. With kind whatsapp it can stand ' +
        'beside a body: the body goes inside the window, the template outside it.',
    ),
    smartEncoding: z
      .boolean()
      .optional()
      .describe(
        'Whether characters such as curly quotes may be replaced by plain ones, so that more fits into a ' +
          'segment. Default: as configured.',
      ),
    subject: oneLine(64).optional(),
  })
  .superRefine((sms, context) => {
    checkTimes(sms, context);
    if (sms.body === undefined && !sms.mediaUrls && !sms.contentTemplate && !sms.template) {
      context.addIssue({
        code: 'custom',
        path: ['body'],
        message: 'is needed, unless mediaUrls, template or contentTemplate is given',
      });
    }
    if (sms.kind === 'sms' && sms.mediaUrls) {
      context.addIssue({
        code: 'custom',
        path: ['mediaUrls'],
        message: 'cannot go with kind sms: use mms or whatsapp',
      });
    }
    if (sms.kind === 'mms' && !sms.mediaUrls) {
      context.addIssue({ code: 'custom', path: ['mediaUrls'], message: 'is needed with kind mms' });
    }
    if (sms.template && (sms.body !== undefined || sms.contentTemplate)) {
      context.addIssue({
        code: 'custom',
        path: ['template'],
        message: 'brings its own text: leave out body and contentTemplate',
      });
    }
    if (sms.contentTemplate && sms.kind !== 'whatsapp' && (sms.body !== undefined || sms.mediaUrls)) {
      context.addIssue({
        code: 'custom',
        path: ['contentTemplate'],
        message: 'brings its own content: leave out body and mediaUrls',
      });
    }
  });
/** A request for an SMS, MMS or WhatsApp message: the value of `messaging.sms.requested`. */
export const SmsRequested = requestSchema(Text);
export type SmsRequested = z.infer<typeof SmsRequested>;
