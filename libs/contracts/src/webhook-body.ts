import { repairTexts } from './text.ts';

/** A body that is JSON, with every text in it fit to be stored. */
export interface JsonBody {
  value: unknown;
}

/**
 * The JSON of a verified webhook: the one place where a provider's bytes become values. Nobody could be told to correct them, so
 * texts are repaired (`repairTexts`), and a mark of the byte order is passed over.
 * @returns undefined where the bytes are no JSON
 */
export function readJson(rawBody: Buffer): JsonBody | undefined {
  try {
    return { value: repairTexts(JSON.parse(rawBody.toString('utf8').replace(/^\uFEFF/, ''))) };
  } catch {
    return undefined;
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
