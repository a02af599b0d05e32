import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Record<string, { integrity?: string; optionalDependencies?: Record<string, string> }>;
};

it('every locked package has a checksum, those of other platforms as well', () => {
  expect(Object.keys(packages).filter((path) => path !== '' && !packages[path]!.integrity)).toEqual([]);
});

// npm ci refuses a lock file without them, on every platform: npm install --package-lock-only adds them.
it('every optional package that another one names is locked', () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !packages[`${path}/node_modules/${name}`] && !packages[`node_modules/${name}`],
    ),
  );
  expect(missing).toEqual([]);
});
