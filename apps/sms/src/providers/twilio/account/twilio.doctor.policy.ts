import { bodyOf, type Finding, findingsOf, keyLook, problemOf, type Reported } from '#libs/providers';
import { z } from 'zod';
import { twilioChecks } from './twilio.checks.ts';

const say = findingsOf(twilioChecks);

/**
 * What a list of one message shows about the credentials: unlike the account resource, every kind of key may read it.
 */
export const { keyFindings, readinessOf } = keyLook(
  { name: 'twilio', label: 'Twilio', checks: twilioChecks },
  (status, body) => {
    if (status === 200) return [say.ok('twilio.key', 'the credentials are accepted')];
    return [
      codeOf(body) === 20008 ? testCredentials : say.fail('twilio.key', `the credentials are refused (${status})`),
    ];
  },
);

const codeOf = (body: unknown) => z.object({ code: z.number() }).safeParse(body).data?.code;
const testCredentials = say.fail(
  'twilio.key',
  'these are test credentials, which send nothing (20008)',
  'Set TWILIO_AUTH_TOKEN to the live auth token; test credentials belong into TWILIO_TEST_ACCOUNT_SID and ' +
    'TWILIO_TEST_AUTH_TOKEN.',
);

const Account = z.object({ status: z.string(), type: z.string() });

/**
 * The account resource, read with the auth token. The response contains that token: nothing of it is shown except
 * status and type.
 */
export function accountFinding(reported: Reported): Finding {
  if (reported.reached && (reported.status === 401 || reported.status === 403))
    return say.fail(
      'twilio.account',
      `TWILIO_AUTH_TOKEN is refused (${reported.status}): webhooks could not be verified`,
    );
  const account = bodyOf(reported, Account);
  if (!account) return say.skipped('twilio.account', problemOf(reported) ?? 'the account cannot be read');
  if (account.status !== 'active') return say.fail('twilio.account', `the account is ${account.status}`);
  if (account.type === 'Trial')
    return say.warn(
      'twilio.account',
      'a trial account: it writes only to numbers you verified, with a notice of Twilio’s before the text',
    );
  return say.ok('twilio.account', 'active');
}

/** A configured sender, and what Twilio reports about it. */
export interface SenderProbe {
  sender: string;
  reported: Reported;
  /** The numbers of a messaging service. */
  numbers?: Reported;
}

const OwnNumber = z.object({
  sid: z.string(),
  phone_number: z.string(),
  sms_url: z.string().nullish(),
  sms_application_sid: z.string().nullish(),
  capabilities: z.record(z.string(), z.unknown()).nullish(),
});
export type OwnNumber = z.infer<typeof OwnNumber>;
const OwnNumbers = z.object({ incoming_phone_numbers: z.array(OwnNumber) });
const Service = z.object({
  sid: z.string(),
  inbound_request_url: z.string().nullish(),
  use_inbound_webhook_on_number: z.boolean().nullish(),
});
const ServiceNumbers = z.object({
  phone_numbers: z.array(z.object({ phone_number: z.string(), capabilities: z.array(z.string()).nullish() })),
});

export const isService = (sender: string): boolean => sender.startsWith('MG');
export const isNumber = (sender: string): boolean => /^\+\d{7,15}$/.test(sender);

export const numberOf = ({ sender, reported }: SenderProbe): OwnNumber | undefined =>
  bodyOf(reported, OwnNumbers)?.incoming_phone_numbers.find(({ phone_number: number }) => number === sender);
const serviceOf = ({ reported }: SenderProbe) => bodyOf(reported, Service);

/** A sender as it may be shown: only the last digits of a number. */
const shown = (sender: string) =>
  isNumber(sender)
    ? `the number …${sender.slice(-4)}`
    : isService(sender)
      ? `the messaging service ${sender.slice(0, 6)}…`
      : 'the name';

export function senderFindings(senders: readonly SenderProbe[]): Finding[] {
  if (senders.length === 0) return [say.fail('twilio.sender', 'no sender is configured')];
  return senders.map((one) =>
    isService(one.sender) ? serviceFinding(one) : isNumber(one.sender) ? numberFinding(one) : nameFinding(one.sender),
  );
}

function nameFinding(sender: string): Finding {
  const short = /^\d+$/.test(sender);
  return say.skipped(
    'twilio.sender',
    short
      ? 'a short code is not looked up'
      : 'a name as sender cannot be looked up; many countries want it registered, the United States and Canada ' +
          'take none',
  );
}

/**
 * A response that is not the requested resource: its meaning where that is known, otherwise that the check was not
 * possible.
 */
function unreadable({ reported }: SenderProbe, sender: string): Finding | undefined {
  if (reported.reached && reported.status === 200) return undefined;
  if (reported.reached && reported.status === 404)
    return say.fail('twilio.sender', `${shown(sender)} does not exist in this account`);
  return say.skipped(
    'twilio.sender',
    problemOf(reported) ??
      `${shown(sender)} may not be looked at with these credentials (${reported.reached ? reported.status : ''})`,
  );
}

function numberFinding(one: SenderProbe): Finding {
  const cannot = unreadable(one, one.sender);
  if (cannot) return cannot;
  const number = numberOf(one);
  if (!number) return say.fail('twilio.sender', `${shown(one.sender)} does not belong to this account`);
  // Twilio writes the names of capabilities in capitals in some responses.
  const sms = Object.entries(number.capabilities ?? {}).some(
    ([name, has]) => name.toLowerCase() === 'sms' && has === true,
  );
  return sms
    ? say.ok('twilio.sender', `${shown(one.sender)} can send SMS`)
    : say.fail('twilio.sender', `${shown(one.sender)} cannot send SMS`);
}

function serviceFinding(one: SenderProbe): Finding {
  const cannot = unreadable(one, one.sender);
  if (cannot) return cannot;
  const numbers = one.numbers && bodyOf(one.numbers, ServiceNumbers)?.phone_numbers;
  if (!numbers) return say.skipped('twilio.sender', `the senders of ${shown(one.sender)} cannot be read`);
  if (numbers.length === 0)
    return say.warn(
      'twilio.sender',
      `${shown(one.sender)} holds no number (short codes and names are not looked at)`,
      'Add a number to the sender pool of the messaging service.',
    );
  const able = numbers.filter(
    ({ capabilities }) =>
      capabilities === undefined ||
      capabilities === null ||
      capabilities.length === 0 ||
      capabilities.some((name) => name.toLowerCase() === 'sms'),
  );
  if (able.length === 0)
    return say.fail('twilio.sender', `none of the ${numbers.length} numbers of ${shown(one.sender)} can send SMS`);
  return say.ok('twilio.sender', `${shown(one.sender)} holds ${numbers.length} number(s), ${able.length} fit for SMS`);
}

/** Where a sender's replies go, and whether we may change that without taking them from another system. */
export type InboundState = { state: 'ours' } | { state: 'free' | 'taken' | 'on-number' | 'application' };

export function inboundOf(one: SenderProbe, url: string): InboundState | undefined {
  const service = isService(one.sender) ? serviceOf(one) : undefined;
  const number = isNumber(one.sender) ? numberOf(one) : undefined;
  if (!service && !number) return undefined;
  if (service?.use_inbound_webhook_on_number) return { state: 'on-number' };
  if (number?.sms_application_sid) return { state: 'application' };
  const now = (service ? service.inbound_request_url : number?.sms_url) ?? '';
  if (now === url) return { state: 'ours' };
  return { state: now === '' || isDemo(now) || pathOf(now) === pathOf(url) ? 'free' : 'taken' };
}

const isDemo = (url: string) => URL.parse(url)?.hostname === 'demo.twilio.com';
const pathOf = (url: string) => URL.parse(url)?.pathname;

export function inboundFindings(senders: readonly SenderProbe[], url: string): Finding[] {
  return senders.flatMap((one) => {
    const inbound = inboundOf(one, url);
    return inbound ? [inboundFinding(inbound.state, shown(one.sender), url)] : [];
  });
}

function inboundFinding(state: InboundState['state'], who: string, url: string): Finding {
  switch (state) {
    case 'ours':
      return say.ok('twilio.inbound', `replies to ${who} go to ${url}`);
    case 'free':
      return say.fail('twilio.inbound', `replies to ${who} do not go to ${url}`);
    case 'taken':
      return say.fail('twilio.inbound', `replies to ${who} go somewhere else`);
    case 'on-number':
      return say.warn(
        'twilio.inbound',
        `${who} leaves replies to the webhook of each number`,
        'Set the webhook of its numbers to the address named in docs/accounts.md, or defer to the messaging service.',
      );
    case 'application':
      return say.fail(
        'twilio.inbound',
        `replies to ${who} go to a TwiML application`,
        'Take the application off the number, or set its message URL to ours.',
      );
  }
}
