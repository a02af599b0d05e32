import { namedField } from '#libs/providers';
import { z } from 'zod';

const ErrorBody = z.looseObject({ code: z.union([z.number(), z.string()]).optional(), message: z.string().optional() });

/** The parameters of Twilio's Messages resource that are sent. */
const words = new Set([
  'To',
  'From',
  'MessagingServiceSid',
  'Body',
  'MediaUrl',
  'ContentSid',
  'ContentVariables',
  'StatusCallback',
  'ValidityPeriod',
  'SmartEncoded',
]);

/** What a code is about, where its text may not say so (twilio.com/docs/api/errors/<code>). */
const parameters: Readonly<Record<string, string>> = {
  21211: 'To',
  21212: 'From',
  21265: 'To',
  21268: 'To',
  21601: 'From',
  21602: 'Body',
  21603: 'From',
  21604: 'To',
  21606: 'From',
  21609: 'StatusCallback',
  21614: 'To',
  21617: 'Body',
  21620: 'MediaUrl',
  21623: 'MediaUrl',
  21624: 'ValidityPeriod',
  21635: 'To',
  21654: 'ContentSid',
  21655: 'ContentSid',
  21656: 'ContentVariables',
  21659: 'From',
  21660: 'From',
  21661: 'From',
  21701: 'MessagingServiceSid',
  21910: 'From',
};

export interface TwilioRefusal {
  /** Undefined: the answer is not in Twilio's words. */
  code: string | undefined;
  /** The parameters it is about. */
  fields: (string | undefined)[];
}

/**
 * What an answer that refuses says: its code, and the parameters by name. Its text may hold numbers, so nothing else is
 * taken from it.
 */
export function readRefusal(body: string): TwilioRefusal {
  const { code, message = '' } = read(body) ?? {};
  const known = code === undefined ? undefined : parameters[code];
  const quoted = [...message.matchAll(/'([A-Za-z]{2,30})'/g)].map(([, name]) => namedField(name!, words));
  return { code: code === undefined ? undefined : String(code), fields: known === undefined ? quoted : [known] };
}

function read(body: string): z.infer<typeof ErrorBody> | undefined {
  try {
    return ErrorBody.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
