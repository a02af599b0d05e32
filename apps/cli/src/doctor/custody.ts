import { CustodyUnavailable, KeyRing } from '#libs/custody';
import { type Finding, findingsOf } from '#libs/providers';
import { valueOf, type Env } from '../environment/env.ts';
import { platformChecks } from './platform.checks.ts';

const say = findingsOf(platformChecks);

/** Checks the folder of keys, as the user who calls the doctor. */
export async function examineCustody(env: Env): Promise<Finding> {
  const folder = valueOf(env, 'CUSTODY_KEYRING_DIR');
  if (folder === undefined)
    return say.skipped('custody.keys', 'CUSTODY_KEYRING_DIR is not set: operations ask no provider about an address');
  const ring = new KeyRing(folder);
  try {
    await ring.examine();
    const epochs = await ring.epochs('operations');
    return say.ok('custody.keys', epochs.length === 0 ? 'no key yet: the first use makes one' : epochs.join(', '));
  } catch (error) {
    if (!(error instanceof CustodyUnavailable)) throw error;
    return say.fail('custody.keys', error.message, error.remedy);
  }
}
