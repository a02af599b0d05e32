import { repairTexts } from '#libs/contracts';

/** A body that is JSON, with every text in it fit to be stored. */
export interface JsonBody {
  value: unknown;
}

/**
 * All that a repair could change: escapes for halves of characters and controls, and controls that stand there as they
 * are.
 */
const mayNeedRepair = /\\[ubf]|[\u007f-\u009f]/;

/**
 * The JSON of a verified webhook: the one place where a provider's bytes become values. Nobody could be told to correct
 * them, so texts are repaired (`repairTexts`), and a mark of the byte order is passed over.
 * @returns undefined where the bytes are no JSON
 */
export function readJson(rawBody: Buffer): JsonBody | undefined {
  const text = rawBody.toString('utf8').replace(/^\uFEFF/, '');
  try {
    const value: unknown = JSON.parse(text);
    // Nearly no body needs it, and it takes three times as long as to parse one.
    return { value: mayNeedRepair.test(text) ? repairTexts(value) : value };
  } catch {
    return undefined;
  }
}

/**
 * An event as it came, as bytes that can be kept: of one that is nested too deeply to be written, what lies 64 levels
 * deep at most.
 */
export function bytesOf(event: unknown): Buffer {
  try {
    return Buffer.from(JSON.stringify(event));
  } catch {
    return Buffer.from(JSON.stringify(repairTexts(event)));
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
