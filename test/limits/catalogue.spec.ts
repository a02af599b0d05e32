import { readdirSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { allProviders } from '../../apps/cli/src/catalogue.ts';

it('the limits of every provider of the catalogues are tried', () => {
  const tried = readdirSync(import.meta.dirname).flatMap((file) => /^(.*)\.spec\.ts$/.exec(file)?.[1] ?? []);
  expect(tried).toEqual(expect.arrayContaining(allProviders.map(({ name }) => name)));
});
