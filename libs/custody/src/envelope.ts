import { type Epoch, isEpoch } from './epoch.ts';

const FORM = /^v1\.(\d{4}-W\d{2})\.([A-Za-z0-9_-]{1,8000})$/;

/** What a sealed text is for. It opens for the very same values alone. */
export type SealContext = Readonly<Record<string, string>>;

/** The form in which something sealed travels: version, epoch of its key, and what custody has made of it. */
export const envelopeOf = (epoch: Epoch, wrapped: Buffer): string => `v1.${epoch}.${wrapped.toString('base64url')}`;

/** @returns undefined where it is no envelope of ours */
export function readEnvelope(text: string): { epoch: Epoch; wrapped: Buffer } | undefined {
  const [, epoch, body] = FORM.exec(text) ?? [];
  if (epoch === undefined || body === undefined || !isEpoch(epoch)) return undefined;
  const wrapped = Buffer.from(body, 'base64url');
  // One text for one content: Buffer ignores what does not fit.
  return wrapped.toString('base64url') === body ? { epoch, wrapped } : undefined;
}

/** The bytes of a context, the same whatever the order of its names; no two contexts have the same ones. */
export function contextBytes(purpose: string, epoch: Epoch, context: SealContext): Buffer {
  const values = Object.entries(context).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify(['messaging-seal-1', purpose, epoch, values]));
}
