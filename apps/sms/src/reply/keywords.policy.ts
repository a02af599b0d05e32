import type { Keyword } from '#libs/contracts';
import { z } from 'zod';
import { type LanguageWords, standardKeywords } from './keywords.table.ts';

/** What a reply requests; `inferred`: it is not a keyword, but a sentence that can hardly mean anything else. */
export interface Parsed {
  keyword: Keyword;
  inferred: boolean;
}

export type Keywords = ReadonlyMap<string, Parsed>;

/**
 * A reply without what does not change its meaning: width and style of letters (NFKC), case, accents and other marks,
 * punctuation, symbols, emoji, invisible characters, and blanks. `“Opt-Out!” 🙏` becomes `optout`.
 */
export function plainWord(text: string): string {
  const letters = text
    .normalize('NFKC')
    .normalize('NFD')
    .replace(/[\p{M}\p{C}\p{P}\p{S}\p{Z}\s]/gu, '');
  return letters.toUpperCase().toLowerCase().normalize('NFC');
}

/** A reply longer than any keyword or phrase is not searched. */
const MOST_READ = 300;

/** What a whole reply requests; undefined: it is an ordinary reply. */
export function askedBy(body: string, keywords: Keywords): Parsed | undefined {
  return body.length > MOST_READ ? undefined : keywords.get(plainWord(body));
}

/** The keywords of all languages, by their normalised form. An opt-out wins over any other meaning. */
export function keywordsOf(languages: Readonly<Record<string, LanguageWords>>): Keywords {
  const keywords = new Map<string, Parsed>();
  const add = (words: readonly string[] | undefined, keyword: Keyword, inferred: boolean) => {
    for (const word of words ?? []) {
      const plain = plainWord(word);
      if (plain && !keywords.has(plain)) keywords.set(plain, { keyword, inferred });
    }
  };
  const all = Object.values(languages);
  for (const { stop } of all) add(stop, 'stop', false);
  for (const { help } of all) add(help, 'help', false);
  for (const { start } of all) add(start, 'start', false);
  for (const { stopPhrases } of all) add(stopPhrases, 'stop', true);
  return keywords;
}

const Words = z
  .array(
    z
      .string()
      .max(100)
      .refine((word) => plainWord(word) !== '', 'must hold a letter or digit'),
  )
  .max(200)
  .optional();

/** `SMS_KEYWORDS`: the entry of a language replaces the platform's keywords for it; `{}` removes a language. */
export const KeywordTable = z
  .record(
    z.string().regex(/^[a-z]{2,3}$/, 'must be a language such as fr'),
    z.strictObject({ stop: Words, start: Words, help: Words, stopPhrases: Words }),
  )
  // What the law asks for holds whatever is configured.
  .refine(
    (languages) =>
      !('en' in languages) ||
      ['stop', 'quit', 'end', 'revoke', 'optout', 'cancel', 'unsubscribe'].every((word) =>
        languages['en']?.stop?.some((given) => plainWord(given) === word),
      ),
    {
      error:
        'must keep the words stop, quit, end, revoke, opt out, cancel and unsubscribe for en: the FCC names them ' +
        '(47 CFR 64.1200)',
    },
  );

/** The keywords in force: the platform's, with the configured ones in their place. */
export const keywordsFrom = (configured: z.infer<typeof KeywordTable> | undefined): Keywords =>
  keywordsOf({ ...standardKeywords, ...configured });
