import { smokeCall, statusWords } from '#libs/provider-http';
import { type Evidence, evidenceOf, type SmokeTrial } from '#libs/providers';
import { twilioUrlFrom } from './twilio.config.ts';

const { unset, failed, proved } = evidenceOf('Twilio');

/** From and To numbers of Twilio's test credentials, and the expected results. */
const magic = [
  { to: '+14155238886', code: undefined, what: 'a text that is in order is accepted' },
  { to: '+15005550001', code: 21211, what: 'an invalid number is refused with 21211' },
  { to: '+15005550004', code: 21610, what: 'a number that said STOP is refused with 21610' },
] as const;

/**
 * Twilio's test credentials: calls are checked like real ones, and nothing is sent. The sandbox's account answers the
 * magic numbers like test credentials.
 */
export const tryTwilio: SmokeTrial = async (read, at) => {
  const [sidName, tokenName] =
    at === 'live' ? ['TWILIO_TEST_ACCOUNT_SID', 'TWILIO_TEST_AUTH_TOKEN'] : ['TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN'];
  const [sid, token] = [read(sidName!), read(tokenName!)];
  if (!sid || !token) return [unset(`${sid ? tokenName : sidName} is not set`)];
  const url = `${twilioUrlFrom(read)}/2010-04-01/Accounts/${sid}/Messages.json`;
  const headers = {
    authorization: `Basic ${Buffer.from(`${sid}:${token}`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
  };
  const evidences: Evidence[] = [];
  for (const { to, code, what } of magic) {
    const { status, body } = await smokeCall(url, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ From: '+15005550006', To: to, Body: 'Smoke' }).toString(),
    });
    const asWanted = code === undefined ? status === 201 : body['code'] === code;
    const reported =
      typeof body['code'] === 'number' ? `${statusWords(status)} (${body['code']})` : statusWords(status);
    evidences.push(asWanted ? proved(what) : failed(`not proved: ${what}; ${reported}`));
    if (status === 0 || status === 401) break;
  }
  return evidences;
};
