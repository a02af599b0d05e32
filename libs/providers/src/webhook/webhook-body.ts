import { repairTexts } from '#libs/contracts';

/** A JSON body in which every text can be stored. */
export interface JsonBody {
  value: unknown;
}

/** Everything that a repair could change: escapes of surrogates and controls, and literal controls. */
const mayNeedRepair = /\\[ubf]|[\u007f-\u009f]/;

/**
 * The JSON of a verified webhook. All webhooks are parsed here. Their authors cannot correct them, so texts are
 * repaired (`repairTexts`), and a byte order mark is skipped.
 * @returns undefined where the bytes are no JSON
 */
export function readJson(rawBody: Buffer): JsonBody | undefined {
  const text = rawBody.toString('utf8').replace(/^\uFEFF/, '');
  try {
    const value: unknown = JSON.parse(text);
    // Hardly any body needs the repair, and it takes three times as long as parsing.
    return { value: mayNeedRepair.test(text) ? repairTexts(value) : value };
  } catch {
    return undefined;
  }
}

/** An event as bytes that can be kept. Of one nested too deeply to be serialised, only 64 levels are kept. */
export function bytesOf(event: unknown): Buffer {
  try {
    return Buffer.from(JSON.stringify(event));
  } catch {
    return Buffer.from(JSON.stringify(repairTexts(event)));
  }
}

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
