import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { providerFields, providerRules, templateOwner } from './provider-requests.ts';

interface Request {
  provider?: string;
  category?: string;
  providerOptions?: Record<string, Record<string, unknown>>;
}

const quick = {
  name: 'quick',
  templateIds: /^q_/,
  requests: {
    options: z.strictObject({ pool: z.string().min(2), skipLists: z.boolean().optional() }),
    check({ category, providerOptions }: Request, context: z.RefinementCtx): void {
      if (category === 'marketing' && providerOptions?.['quick']?.['skipLists'])
        context.addIssue({
          code: 'custom',
          path: ['providerOptions', 'quick', 'skipLists'],
          message: 'is not for marketing mail',
        });
    },
  },
};
const plain = { name: 'plain' };
const rules = providerRules<Request>([quick, plain]);
const fields = (request: Request) => rules(request).map(({ field }) => field);

describe('options of single providers in a request', () => {
  it('may name any provider of the catalogue, and no other', () => {
    expect([fields({}), fields({ provider: 'plain' }), fields({ provider: 'quick' })]).toEqual([[], [], []]);
    expect(rules({ provider: 'swift' })).toEqual([{ field: 'provider', rule: 'must be quick or plain' }]);
  });

  it('are checked by the schema of that provider, field by field', () => {
    expect(fields({ providerOptions: { quick: { pool: 'news' } } })).toEqual([]);
    expect(fields({ providerOptions: { quick: { pool: 'a' } } })).toEqual(['providerOptions.quick.pool']);
    expect(fields({ providerOptions: { quick: { pool: 'news', pol: 'news' } } })).toEqual(['providerOptions.quick']);
  });

  it('are checked together with the rest of the request', () => {
    const providerOptions = { quick: { pool: 'news', skipLists: true } };
    expect(fields({ providerOptions })).toEqual([]);
    expect(fields({ providerOptions, category: 'marketing' })).toEqual(['providerOptions.quick.skipLists']);
  });

  it('are not checked where the provider has no options, or is unknown', () =>
    expect(fields({ providerOptions: { plain: { colour: 'red' }, swift: { colour: 'red' } } })).toEqual([]));

  it('have no field where no provider of the channel has options', () =>
    expect(Object.keys(providerFields<Request>([plain]))).toEqual(['provider']));
});

describe('the name of a template', () => {
  it.each([
    ['welcome', undefined],
    ['swift:welcome', { provider: 'swift', id: 'welcome' }],
    ['quick:7', { provider: 'quick', id: '7' }],
    ['q_7', { provider: 'quick', id: 'q_7' }],
  ])('shows which provider keeps it: %s', (name, owner) => expect(templateOwner(name, [quick, plain])).toEqual(owner));
});
