import type { Answer } from '../../core/response.ts';

// The texts of Twilio's own pages, where they have one (twilio.com/docs/api/errors/<code>); programs must use the code.
const meanings: Readonly<Record<number, string>> = {
  20001: 'The request cannot be read',
  20003: 'Authenticate',
  20004: 'Method not allowed',
  20006: 'Access Denied',
  20404: 'The requested resource was not found',
  20429: 'Too Many Requests',
  20500: 'An internal server error has occurred',
  20503: 'Service unavailable',
  21211: "Invalid 'To' Phone Number",
  21212: "Invalid 'From' Phone Number",
  21266: "'To' and 'From' number cannot be the same",
  21408: "Permission to send an SMS has not been enabled for the region indicated by the 'To' number",
  21602: 'Message body is required.',
  21603: "A 'From' or 'MessagingServiceSid' parameter is required to send a message.",
  21604: "A 'To' phone number is required.",
  21606: "The 'From' phone number provided is not a valid, message-capable Twilio phone number for this destination.",
  21609: "The 'StatusCallback' URL is not a valid URL.",
  21610: 'Attempt to send to unsubscribed recipient',
  21611: "This 'From' number has exceeded the maximum number of queued messages.",
  21612: "The 'To' phone number is not currently reachable via SMS.",
  21614: "'To' number is not a valid mobile number",
  21617: 'The concatenated message body exceeds the 1600 character limit',
  21620: 'Invalid media URL(s)',
  21623: 'Number of media files exceeds allowed limit',
  21624: 'Invalid validity period value',
  21658: 'Parameter exceeded character limit',
  21655: 'The ContentSid is Invalid',
  21654: 'ContentSid Required',
  21656: 'The ContentVariables Parameter is invalid',
  21701: 'The Messaging Service does not exist',
  21910: "Invalid 'From' and 'To' pair. 'From' and 'To' should be of the same channel",
  30003: 'Unreachable destination handset',
  30005: 'Unknown destination handset',
  30006: 'Landline or unreachable carrier',
  30007: 'Message filtered',
  30008: 'Unknown error',
  30036: 'Validity Period Expired',
  63016:
    'Failed to send freeform message because you are outside the allowed window. If you are using WhatsApp, ' +
    'please use a Message Template.',
  63028: 'Number of parameters provided does not match the expected number of parameters',
  35111: 'SendAt timestamp is missing',
  35117: 'SendAt is outside the scheduling window',
  35118: 'MessagingServiceSid is required to schedule a message',
};

export const meaningOf = (code: number): string => meanings[code] ?? 'The request was refused';

/** @param detail the HTTP status (default 400) and another text than the usual one */
export function refusal(code: number, detail: { status?: number; message?: string } = {}): Answer {
  const { status = 400, message = meaningOf(code) } = detail;
  return { status, body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status } };
}

export function notFound(path: string): Answer {
  return refusal(20404, { status: 404, message: `The requested resource ${path.split('?', 1)[0]} was not found` });
}
