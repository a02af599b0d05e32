import { describe, expect, it } from '@jest/globals';
import { getCountries, getCountryCallingCode, getExampleNumber, Metadata } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { recipientHash } from '../identity.ts';
import { PhoneNumber, readPhoneNumber } from './phone-number.ts';

const hashOf = (text: string) => recipientHash('a key', text);

describe('a phone number', () => {
  it.each([
    ['a trunk 1', '+112025552177', '+12025552177'],
    ['a British trunk 0', '+4407400123456', '+447400123456'],
    ['a German trunk 0', '+4901701234567', '+491701234567'],
    ['a Russian trunk 8', '+789123456789', '+79123456789'],
    ['an Italian 0, which is part of the number', '+390612345678', '+390612345678'],
    ['nothing to take away', '+12025552177', '+12025552177'],
    ['few digits, as on Niue', '+6834002', '+6834002'],
  ])('with %s is read as the same number', (_, given, taken) => {
    expect(PhoneNumber.parse(given)).toBe(taken);
    expect(hashOf(given)).toBe(hashOf(taken));
  });

  it.each(['12025552177', '+1 202 555 2177', '+0123456789', '+123', '+1234567890123456'])(
    'in a request is refused where it is not in E.164: %s',
    (given) => {
      expect(PhoneNumber.safeParse(given).success).toBe(false);
    },
  );

  it.each([
    ['Mexico', '+5215512345678', '+525512345678', '+525512345678'],
    ['Brazil', '+553187654321', '+5531987654321', '+5531987654321'],
    ['Benin', '+22997123456', '+2290197123456', '+2290197123456'],
    ['Argentina', '+541123456789', '+541123456789', '+5491123456789'],
  ])(
    'of %s in its other spelling stays as WhatsApp has it, goes by text to where the network has it, and is of ' +
      'one person',
    (_, given, number, modern) => {
      expect(PhoneNumber.parse(given)).toBe(given);
      expect(readPhoneNumber(given)).toMatchObject({ written: given, number });
      expect(hashOf(given)).toBe(hashOf(modern));
    },
  );

  it('of a fixed line in Brazil has no ninth digit', () => {
    expect(readPhoneNumber('+553133334444')).toMatchObject({ number: '+553133334444', identity: '+553133334444' });
  });

  it('without a calling code of any country is none', () => {
    expect([
      readPhoneNumber('+9991234567'),
      readPhoneNumber('2025552177'),
      readPhoneNumber('Shop'),
      readPhoneNumber('1'.repeat(500)),
    ]).toEqual([undefined, undefined, undefined, undefined]);
  });
});

/** The spellings of one number by people, address books, providers and WhatsApp. */
function spellingsOf(country: ReturnType<typeof getCountries>[number]): string[] {
  const example = getExampleNumber(country, examples)!;
  const code = getCountryCallingCode(country);
  const national: string = example.nationalNumber;
  const e164 = `+${code}${national}`;
  const plan = new Metadata();
  plan.selectNumberingPlan(country);
  const trunk: string | undefined = (
    plan.numberingPlan as unknown as { nationalPrefix(): string | undefined } | undefined
  )?.nationalPrefix();
  const withTrunk = trunk ? [`+${code}${trunk}${national}`, `+${code} (${trunk}) ${national}`] : [];
  // Where the numbering plan itself keeps the trunk prefix, it is another number, not a spelling of this one.
  const understood = withTrunk.filter((text) => readPhoneNumber(text)?.plan.nationalNumber === national);
  return [
    e164,
    ` ${e164} `,
    example.formatInternational(),
    example.getURI(),
    `00${code}${national}`,
    `whatsapp:${e164}`,
    `rcs:${e164}`,
    `+${code} (${national.slice(0, 2)}) ${national.slice(2)}`,
    ...understood,
    ...double(e164),
  ];
}

function double(e164: string): string[] {
  const pairs: [RegExp, string][] = [
    [/^\+52(\d{10})$/, '+521$1'],
    [/^\+549(\d{10})$/, '+54$1'],
    [/^\+55(\d\d)9(\d{8})$/, '+55$1$2'],
    [/^\+22901(\d{8})$/, '+229$1'],
  ];
  return pairs.flatMap(([from, to]) => (from.test(e164) ? [e164.replace(from, to)] : []));
}

describe('a mobile number of every country', () => {
  const countries = getCountries().filter((country) => getExampleNumber(country, examples));

  it.each(countries)('has one hash in all its spellings: %s', (country) => {
    const spellings = spellingsOf(country);
    expect(new Set(spellings.map(hashOf)).size).toBe(1);
  });

  it('is accepted in requests as the numbering plan writes it', () => {
    for (const country of countries) {
      const { number } = getExampleNumber(country, examples)!;
      expect(PhoneNumber.parse(number)).toBe(number);
    }
  });

  it('has a hash of its own', () => {
    const hashes = countries.map((country) => hashOf(getExampleNumber(country, examples)!.number));
    const numbers = new Set(countries.map((country) => getExampleNumber(country, examples)!.number));
    expect(new Set(hashes).size).toBe(numbers.size);
    expect(countries.length).toBeGreaterThan(200);
  });

  it('is understood with its trunk prefix in most countries that have one', () => {
    const withTrunk = countries.filter((country) => spellingsOf(country).some((text) => /\(\d\) /.test(text)));
    expect(withTrunk.length).toBeGreaterThan(80);
  });
});
