/**
 * Bytes of UTF-8 in one encoded word: in base64 with its delimiters it has at most 75 characters (RFC 2047, section 2).
 */
const WORD_BYTES = 45;

/**
 * The value of a mail header: text outside ASCII is written in encoded words (RFC 2047), as SendGrid requires
 * (https://www.twilio.com/docs/sendgrid/api-reference/mail-send/mail-send, headers). No character is split.
 */
export function headerText(value: string): string {
  if (/^[\u0020-\u007e]*$/.test(value)) return value;
  const words: string[] = [];
  let word = '';
  for (const sign of value) {
    if (Buffer.byteLength(word + sign) > WORD_BYTES) [words[words.length], word] = [word, ''];
    word += sign;
  }
  return [...words, word].map((text) => `=?UTF-8?B?${Buffer.from(text).toString('base64')}?=`).join(' ');
}

/** The headers of a mail, each value encoded by `headerText`. */
export const headerTexts = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, headerText(value)]));
