import { namedField } from '#libs/providers';
import { z } from 'zod';

const ErrorBody = z.looseObject({ code: z.union([z.number(), z.string()]).optional(), message: z.string().optional() });

/** The parameters of Twilio's Messages resource that we send. */
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

/** The parameters that a code is about, where the text may not name them (twilio.com/docs/api/errors/<code>). */
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
  /** Undefined: the response has another form. */
  code: string | undefined;
  /** The parameters that it names. */
  fields: (string | undefined)[];
}

/**
 * The content of an error response: its code, and the names of parameters. Its text may contain numbers, so nothing
 * else is used.
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
