import type { TextSize } from '#libs/providers';
import { plainFor } from './smart-encoding.table.ts';

// GSM 03.38: a character of the basic table takes one septet, one of its extension two.
const basic =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ ' +
  '!"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const extension = '\f^{}\\[~]|€';
const septets = new Map([
  ...[...basic].map((sign) => [sign, 1] as const),
  ...[...extension].map((sign) => [sign, 2] as const),
]);

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/**
 * The number of segments of an SMS, and its encoding. One segment has 160 septets or 70 UTF-16 units; of several, each
 * gives up 7 or 3 of them for the concatenation header. Neither an escape pair nor a character of several units is
 * split.
 */
export function sizeOf(body: string, smart: boolean): TextSize {
  const text = smart ? smartEncoded(body) : body;
  const widths = [...text].map((sign) => septets.get(sign));
  if (widths.every((width) => width !== undefined))
    return { encoding: 'GSM-7', segments: segmentsOf(widths, 160, 153) };
  return {
    encoding: 'UCS-2',
    segments: segmentsOf(
      Array.from(graphemes.segment(text), ({ segment }) => segment.length),
      70,
      67,
    ),
  };
}

/** The text after Twilio's smart encoding. */
export function smartEncoded(body: string): string {
  return Array.from(body, (sign) => plainFor[sign] ?? sign).join('');
}

function segmentsOf(widths: readonly number[], alone: number, each: number): number {
  const total = widths.reduce((sum, width) => sum + width, 0);
  if (total <= alone) return 1;
  let [segments, left] = [1, each];
  for (const width of widths) {
    // A character wider than a whole segment must be split.
    if (width > each) {
      segments += Math.ceil((width - left) / each);
      left = each - ((width - left) % each || each);
      continue;
    }
    if (width > left) [segments, left] = [segments + 1, each];
    left -= width;
  }
  return segments;
}
