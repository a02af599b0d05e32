import { z } from 'zod';

/** Nothing is said: all counts are made anew. */
export const RebuildOrder = z.strictObject({});
