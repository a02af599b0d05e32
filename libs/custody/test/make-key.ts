/** Started as a process of its own by the test: makes a key, and seals a text under it. */
import { KeyRing } from '#libs/custody';

const [, , folder = '', epoch = '', text = ''] = process.argv;
const key = await new KeyRing(folder).makeKey('operations', epoch);
process.stdout.write((await key.wrap(Buffer.from(text), Buffer.from('a test'))).toString('base64url'));
