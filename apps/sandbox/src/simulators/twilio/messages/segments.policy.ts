const basic =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ ' +
  '!"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const extended = '\f^{}\\[~]|€';
const widths = new Map([
  ...[...basic].map((sign) => [sign, 1] as const),
  ...[...extended].map((sign) => [sign, 2] as const),
]);

/** Some of the characters that Twilio's smart encoding replaces; the sandbox does not need all of them. */
const plain: Readonly<Record<string, string>> = {
  '‘': "'",
  '’': "'",
  '“': '"',
  '”': '"',
  '–': '-',
  '—': '-',
  '…': '...',
};

/** The number of segments of a text: 160 or 153 GSM-7 characters, else 70 or 67 UTF-16 units each. */
export function segmentsOf(text: string, smart = false): number {
  const body = smart ? Array.from(text, (sign) => plain[sign] ?? sign).join('') : text;
  let width = 0;
  for (const sign of body) {
    const wide = widths.get(sign);
    if (wide === undefined) return count(body.length, 70, 67);
    width += wide;
  }
  return count(width, 160, 153);
}

const count = (units: number, alone: number, each: number) => (units <= alone ? 1 : Math.ceil(units / each));
