/** Reporting's own tables, policies and queries. */
import '../../tools/generate/decorators.mjs';
import { tell, tellFailure } from '../foundation/tell.ts';

try {
  // Only now: what is imported holds decorators, and needs the hook above.
  const { measureReporting } = await import('./measure-reporting.ts');
  tell({ kind: 'figures', figures: await measureReporting(Number(process.env['MESSAGES'])) });
} catch (error) {
  tellFailure(error);
}
