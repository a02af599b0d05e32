import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Channel } from '#libs/contracts';
import {
  brokenBoundaries,
  brokenLint,
  innocent,
  innocentLint,
  type SeededViolation,
} from './architecture.violations.ts';

const root = join(import.meta.dirname, '..');
const libraries = [
  'contracts',
  'custody',
  'providers',
  'provider-http',
  'delivery-tables',
  'telemetry',
  'persistence',
  'transport',
  'runtime',
  'delivery',
  'operations',
  'testing',
];

/** `rule: file` of everything that is caught. */
type Caught = string[];

/**
 * A checkout of its own outside the tree, so that seeded files disturb nobody; the packages and settings are the real
 * ones.
 */
function buildCheckout(seededBugs: SeededViolation[]): string {
  const checkout = realpathSync(mkdtempSync(join(tmpdir(), 'messaging-architecture-')));
  for (const file of ['package.json', 'tsconfig.json']) cpSync(join(root, file), join(checkout, file));
  symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'));
  for (const library of libraries) {
    write(checkout, `libs/${library}/src/index.ts`, 'export {};');
    // What the compiler leaves there: a rule that looks at this one instead of the source sees nothing.
    write(checkout, `dist/libs/${library}/src/index.js`, 'export {};');
  }
  for (const [file, source] of seededBugs.flatMap((seededBug) => Object.entries(seededBug)))
    write(checkout, file, `${source}\n`);
  return checkout;
}

function write(checkout: string, file: string, content: string): void {
  mkdirSync(dirname(join(checkout, file)), { recursive: true });
  writeFileSync(join(checkout, file), content);
}

function run(tool: string, args: string[], cwd: string): string {
  const { stdout, stderr, error } = spawnSync(process.execPath, [join(root, 'node_modules', '.bin', tool), ...args], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (error || stdout === '') throw new Error(`${tool} gave no answer: ${error?.message ?? stderr}`);
  return stdout;
}

function cruise(cwd: string, folders: string[]): Caught {
  const output = run(
    'depcruise',
    ['--config', join(root, '.dependency-cruiser.mjs'), '--output-type', 'json', ...folders],
    cwd,
  );
  const { summary } = JSON.parse(output) as { summary: { violations: { rule: { name: string }; from: string }[] } };
  return summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
}

function lint(cwd: string): Caught {
  const output = run(
    'oxlint',
    ['--config', join(root, '.oxlintrc.json'), '--type-aware', '--format', 'json', 'apps', 'tools'],
    cwd,
  );
  const { diagnostics } = JSON.parse(output) as { diagnostics: { code: string; filename: string }[] };
  return diagnostics.map(({ code, filename }) => `${code}: ${filename}`);
}

describe('the architecture', () => {
  const seededBugs = [...Object.values(brokenBoundaries), ...Object.values(brokenLint), innocent, innocentLint];
  let checkout: string;
  let crossed: Caught;
  let linted: Caught;

  beforeAll(() => {
    checkout = buildCheckout(seededBugs);
    crossed = cruise(checkout, ['apps', 'libs', 'tools']);
    linted = lint(checkout);
  }, 60_000);
  afterAll(() => rmSync(checkout, { recursive: true, force: true }));

  it('has a seeded violation for every boundary', async () => {
    const { default: boundaries } = (await import(join(root, '.dependency-cruiser.mjs'))) as {
      default: { forbidden: { name: string }[] };
    };
    expect(boundaries.forbidden.map(({ name }) => name).sort()).toEqual(Object.keys(brokenBoundaries).sort());
  });

  it.each(Object.keys(brokenBoundaries))('sees %s broken', (rule) => {
    expect(crossed).toContain(`${rule}: ${Object.keys(brokenBoundaries[rule]!)[0]}`);
  });

  it.each(Object.keys(brokenLint))('sees %s broken', (rule) => {
    for (const file of Object.keys(brokenLint[rule]!)) expect(linted).toContain(`${rule}: ${file}`);
  });

  it('knows every channel by its name', async () => {
    const { channelNames } = (await import(join(root, 'tools/lint/architecture.mjs'))) as { channelNames: string[] };
    expect(channelNames).toEqual(Channel.options);
  });

  it('lets through what is allowed', () => {
    const files = [...Object.keys(innocent), ...Object.keys(innocentLint)];
    expect(crossed.filter((caught) => files.some((file) => caught.endsWith(`: ${file}`)))).toEqual([]);
    expect(linted.filter((caught) => Object.keys(innocentLint).some((file) => caught.endsWith(`: ${file}`)))).toEqual(
      [],
    );
  });

  it('is kept by the whole tree', () => {
    expect(cruise(root, ['apps', 'libs', 'tools', 'test'])).toEqual([]);
  }, 60_000);
});
