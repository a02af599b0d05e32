import { describe, expect, it } from '@jest/globals';
import { costOf, priceOf } from './cost.policy.ts';
import { readPriceTable } from './price-table.ts';

const table = `
currency: EUR
prices:
  - { channel: sms, unit: segment, amount: 0.05 }
  - { channel: sms, unit: segment, amount: 0.07, country: DE }
  - { channel: sms, unit: segment, amount: 0.08, country: DE, from: 2030-02-01 }
  - { channel: sms, unit: segment, amount: 0.06, country: DE, provider: twilio }
  - { channel: email, unit: message, amount: 0.001 }
`;
const read = readPriceTable(table);
const prices = 'value' in read ? read.value : undefined;
const charged = { day: '2030-01-31', channel: 'sms', provider: 'other', country: 'FR', unit: 'segment', units: 10 };
const amountOf = (more: Partial<typeof charged>) => priceOf(prices!.prices, { ...charged, ...more })?.amount;

describe('what messages cost', () => {
  it('is by the price that names most of what they are', () => {
    expect(amountOf({})).toBe(0.05);
    expect(amountOf({ country: 'DE' })).toBe(0.07);
    expect(amountOf({ country: 'DE', provider: 'twilio' })).toBe(0.06);
  });

  it('is by the latest price that applied on their day', () => {
    expect(amountOf({ country: 'DE', day: '2030-02-01' })).toBe(0.08);
  });

  it('is their units times the price, and says what has none', () => {
    const mms = { ...charged, unit: 'message', units: 3 };
    expect(costOf(prices!, [charged, { ...charged, country: 'DE', units: 2 }, mms])).toEqual({
      amount: 0.5 + 0.14,
      unpriced: 3,
    });
  });
});

describe('a price table', () => {
  it('may be JSON as well', () => {
    expect(readPriceTable('{"currency": "USD", "prices": []}')).toEqual({ value: { currency: 'USD', prices: [] } });
  });

  it.each([
    ['no YAML', 'currency: [', /no YAML/],
    ['no currency', 'prices: []', /^currency: must be a currency/],
    [
      'a wrong country',
      'currency: EUR\nprices: [{channel: sms, unit: segment, amount: 1, country: Germany}]',
      /^prices\.0\.country: must be a country/,
    ],
    [
      'a negative amount',
      'currency: EUR\nprices: [{channel: sms, unit: segment, amount: -1}]',
      /^prices\.0\.amount: must not be negative/,
    ],
    ['another channel', 'currency: EUR\nprices: [{channel: fax, unit: segment, amount: 1}]', /^prices\.0\.channel/],
    ['a field of another name', 'currency: EUR\nprice: []', /^prices|Unrecognized key/],
    [
      'the same twice',
      'currency: EUR\nprices: [{channel: sms, unit: segment, amount: 1}, {channel: sms, unit: segment, amount: 2}]',
      /^prices\.1: says the same as prices\.0/,
    ],
  ])('that is wrong is refused by its place: %s', (_, text, words) => {
    const wrong = readPriceTable(text);
    expect('problems' in wrong ? wrong.problems.some((problem) => words.test(problem)) : wrong).toBe(true);
  });
});
