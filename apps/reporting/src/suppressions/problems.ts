import { badRequest, type Problem } from '#libs/runtime';
import { type HttpException, ServiceUnavailableException } from '@nestjs/common';

export const noKeyRing =
  'Make a key-ring with messaging custody init, and set CUSTODY_KEYRING_DIR to it in reporting, email and sms; or ' +
  'leave atProviders out, and take the recipient off at the provider yourself.';

/** An address cannot be sealed now. Nothing was done. @param why names no address and no key */
export function custodyAway(why: string, remedy: string): HttpException {
  const problem: Problem = { code: 'MSG_CUSTODY', message: `the address cannot be sealed: ${why}`, remedy };
  return new ServiceUnavailableException(problem);
}

/** Providers do not know our hashes. */
export const addressNeeded = (): HttpException =>
  badRequest([{ field: 'recipient', rule: 'must be the address itself where the providers are to be asked' }]);
