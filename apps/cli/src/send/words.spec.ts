import { describe, expect, it } from '@jest/globals';
import { detailOf } from './words.ts';

describe('the detail of an entry', () => {
  it('says why, and where the page about the code is', () => {
    expect(
      detailOf({ failure: { meaning: 'The recipient answered STOP.', help: 'docs/errors/twilio.md#21610' } }),
    ).toBe('The recipient answered STOP. → docs/errors/twilio.md#21610');
  });

  it('says why, and when it goes again', () => {
    expect(detailOf({ reason: 'It will be tried again.', nextAt: '2030-01-31T12:00:00.000Z' })).toBe(
      'It will be tried again., next at 2030-01-31T12:00:00.000Z',
    );
  });

  it('is empty where there is nothing to add', () => {
    expect(detailOf({})).toBe('');
  });
});
