import { createHash, timingSafeEqual } from 'node:crypto';
import type { KeyPurpose } from './custody.port.ts';
import { type Epoch, isEpoch } from './epoch.ts';

/** Bytes of an AES-256 key. */
export const KEY_BYTES = 32;

const NAME = /^([a-z]{1,30})-(\d{4}-W\d{2})\.key$/;
const TEXT = /^(messaging-key-1 ([a-z]{1,30}) (\d{4}-W\d{2}) ([A-Za-z0-9_-]{43})) ([0-9a-f]{64})\n$/;

export const keyFileName = (purpose: KeyPurpose, epoch: Epoch): string => `${purpose}-${epoch}.key`;

/** @returns undefined for a file that is none of ours */
export function readKeyFileName(name: string): { purpose: KeyPurpose; epoch: Epoch } | undefined {
  const [, purpose, epoch] = NAME.exec(name) ?? [];
  return purpose === 'operations' && epoch !== undefined && isEpoch(epoch) ? { purpose, epoch } : undefined;
}

/** The content of a key’s file. Its last word shows whether it is whole. */
export function keyFileText(purpose: KeyPurpose, epoch: Epoch, key: Buffer): string {
  const text = `messaging-key-1 ${purpose} ${epoch} ${key.toString('base64url')}`;
  return `${text} ${sumOf(text)}\n`;
}

/** @returns the key; undefined where the text is cut off, changed, or of another purpose or epoch */
export function readKeyFileText(text: string, purpose: KeyPurpose, epoch: Epoch): Buffer | undefined {
  const [, whole, ofPurpose, ofEpoch, key, sum] = TEXT.exec(text) ?? [];
  if (whole === undefined || key === undefined || sum === undefined) return undefined;
  if (ofPurpose !== purpose || ofEpoch !== epoch || !isSame(sumOf(whole), sum)) return undefined;
  const bytes = Buffer.from(key, 'base64url');
  return bytes.length === KEY_BYTES ? bytes : undefined;
}

const sumOf = (text: string): string => createHash('sha256').update(text).digest('hex');

const isSame = (one: string, other: string): boolean => timingSafeEqual(Buffer.from(one), Buffer.from(other));
