/**
 * The e-mail service with a seeded bug: restored from a backup it pauses, and reads nothing again of what its tables
 * have forgotten.
 */
import { RestoreGuard } from '#libs/runtime';
import { startEmail } from './start-email.ts';

const untilUsable = Reflect.get(RestoreGuard.prototype, 'untilUsable') as RestoreGuard['untilUsable'];

RestoreGuard.prototype.untilUsable = function (this: RestoreGuard): Promise<void> {
  return untilUsable.call(this, []);
};

await startEmail();
