/** Retry's own schedule: its stores, its releaser and its publisher, as the service makes them. */
import '../../tools/generate/decorators.mjs';
import { tell, tellFailure } from '../foundation/tell.ts';

const { MESSAGES, ONLY_LATENESS } = process.env;

try {
  // Only now: what is imported holds decorators, and needs the hook above.
  const { measureRetry } = await import('./measure-retry.ts');
  tell({ kind: 'figures', figures: await measureRetry(Number(MESSAGES), ONLY_LATENESS === 'true') });
} catch (error) {
  tellFailure(error);
}
