import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { askedBy, keywordsFrom, KeywordTable, plainWord } from './keywords.policy.ts';
import { standardKeywords } from './keywords.table.ts';

const keywords = keywordsFrom(undefined);
const asked = (body: string) => askedBy(body, keywords);
const stop = { keyword: 'stop', inferred: false };

describe('a reply', () => {
  it.each([
    'stop',
    'quit',
    'end',
    'revoke',
    'opt out',
    'cancel',
    'unsubscribe', // the FCC's words
    'STOPALL',
    'stop all',
    'Stop-All',
    'OPTOUT',
    'Opt-Out',
    'opt\u2011out',
    'ARRET',
    'ARRÊT',
    'arrêt',
    'Désabonner',
    'BAJA',
    'Sair',
    'стоп',
    'הסר',
    '退订',
    '配信停止',
    '수신거부',
    ' Stop\n',
    'stop!',
    'STOP.',
    '"Stop"',
    '“STOP”',
    '¡Alto!',
    '(stop)',
    'STOP 🙏🏽',
    '🛑 stop 🛑',
    'ＳＴＯＰ',
    'ⓢⓣⓞⓟ',
    's\u200bt\u00ado\u200dp',
    '\u202eSTOP\u202c',
    'S T O P',
    'st\u0301op',
    '\ufeffstop',
    'opt\u00a0out',
    '**STOP**',
  ])('of %j opts out', (body) => {
    expect(asked(body)).toEqual(stop);
  });

  it.each(['START', 'yes', 'Un-Stop', 'unstop!', 'старт'])('of %j opts in', (body) => {
    expect(asked(body)).toEqual({ keyword: 'start', inferred: false });
  });

  it.each(['Help', 'INFO', 'help?'])('of %j asks for help', (body) => {
    expect(asked(body)).toEqual({ keyword: 'help', inferred: false });
  });

  it.each([
    'Please stop',
    'please stop it',
    'Don’t text me!',
    'STOP texting me…',
    'take me off your list',
    'Bitte keine Nachrichten mehr',
    'no más mensajes',
  ])('of the sentence %j opts out, as far as can be inferred', (body) => {
    expect(asked(body)).toEqual({ keyword: 'stop', inferred: true });
  });

  it.each([
    '',
    '🛑',
    '!!!',
    'Thanks',
    'constructor',
    '__proto__',
    'Do not stop',
    'Where is the bus stop?',
    'When does it end?',
    'I want to cancel my order',
    'no',
    'Dung',
    'Huy',
    `stop ${'x'.repeat(400)}`,
  ])('of %j is an ordinary reply', (body) => {
    expect(asked(body)).toBeUndefined();
  });

  it('means the same whatever punctuation, blanks and symbols surround its letters', () => {
    const noise = fc.constantFrom(
      ' ',
      '\t',
      '.',
      '!',
      '“',
      '”',
      '-',
      '\u200b',
      '\u0301',
      '\u00ad',
      '🙂',
      '👍🏿',
      '\u2028',
      '*',
      '\ufe0f',
    );
    fc.assert(
      fc.property(
        fc.array(noise, { maxLength: 6 }),
        fc.array(noise, { maxLength: 6 }),
        fc.constantFrom('stop', 'opt out', 'arrêt', 'стоп', '停止'),
        fc.boolean(),
        (before, after, word, upper) => {
          expect(asked([...before, upper ? word.toUpperCase() : word, ...after].join(''))).toEqual(stop);
        },
      ),
    );
  });
});

describe('the keywords of replies', () => {
  it('have one meaning each', () => {
    const seen = new Map<string, string>();
    for (const words of Object.values(standardKeywords)) {
      for (const [asks, list] of Object.entries(words)) {
        for (const word of list as string[]) {
          const plain = plainWord(word);
          expect(plain).not.toBe('');
          expect([word, seen.get(plain) ?? asks]).toEqual([word, asks]);
          seen.set(plain, asks);
        }
      }
    }
  });

  it('can be replaced or removed per language, and those of other languages stay', () => {
    const own = keywordsFrom(KeywordTable.parse({ fr: { stop: ['FINI'], start: ['RETOUR'] }, ru: {} }));
    expect([
      askedBy('fini !', own),
      askedBy('Retour', own),
      askedBy('arret', own),
      askedBy('стоп', keywordsFrom({ ru: {}, uk: {} })),
      askedBy('BAJA', own),
    ]).toEqual([stop, { keyword: 'start', inferred: false }, undefined, undefined, stop]);
  });

  it('that the law requires cannot be removed', () => {
    expect(KeywordTable.safeParse({ en: { stop: ['halt'] } }).error?.issues[0]?.message).toContain('47 CFR 64.1200');
    expect(
      KeywordTable.safeParse({
        en: { stop: ['stop', 'quit', 'end', 'revoke', 'Opt-Out', 'cancel', 'unsubscribe', 'halt'] },
      }).success,
    ).toBe(true);
    expect([
      KeywordTable.safeParse({ french: {} }).success,
      KeywordTable.safeParse({ fr: { stop: ['!'] } }).success,
      KeywordTable.safeParse({ fr: { halt: ['x'] } }).success,
    ]).toEqual([false, false, false]);
  });
});
