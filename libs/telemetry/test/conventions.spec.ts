import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { counters, gauges, histograms, type InstrumentRow } from '#libs/telemetry';
import { describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..', '..');
const require = createRequire(import.meta.url);

/** Names that a version of the conventions has given up: kept beside the new ones for one release. */
const keptForOneRelease = new Set(['messaging.system']);

/** The names of OpenTelemetry's semantic conventions; true: deprecated. */
function conventions(): Map<string, boolean> {
  const text = ['attributes', 'metrics']
    .flatMap((part) => [`stable_${part}.d.cts`, `experimental_${part}.d.cts`])
    .map((file) =>
      readFileSync(require.resolve('@opentelemetry/semantic-conventions').replace('index.cjs', file), 'utf8'),
    )
    .join('\n');
  const declared = /(\/\*\*(?:(?!\*\/)[^])*\*\/)\s*declare const (?:ATTR|METRIC)_\w+[:=]\s*(?:= )?"([^"]+)"/g;
  return new Map(
    [...text.matchAll(declared)].map(([, comment = '', name = '']) => [name, comment.includes('@deprecated')]),
  );
}

const rows: InstrumentRow[] = [...Object.values(counters), ...Object.values(histograms), ...Object.values(gauges)];

/** Names in our sources that look as those of the conventions do; ours begin with `mi.`. */
function namesInSources(): string[] {
  const files = execFileSync('git', ['ls-files', 'libs/*.ts', 'apps/*.ts'], { cwd: root, encoding: 'utf8' });
  return files
    .split('\n')
    .filter((file) => /^(?:libs|apps)\/[^/]+\/src\/.*(?<!spec)\.ts$/.test(file) && !file.startsWith('apps/sandbox/'))
    .flatMap((file) => [...readFileSync(join(root, file), 'utf8').matchAll(/'((?:messaging|error)\.[a-z_.]+)':/g)])
    .map(([, name]) => name!);
}

describe('the names of metrics, spans and labels', () => {
  const known = conventions();

  it('are known to this test', () => {
    expect(known.get('messaging.system')).toBe(true);
    expect(known.get('messaging.system.name')).toBe(false);
    expect(known.get('messaging.client.consumed.messages')).toBe(false);
  });

  it('are those of the semantic conventions, and none that is deprecated there', () => {
    const used = new Set(
      [...rows.flatMap(({ name, labels }) => [name, ...Object.keys(labels)]), ...namesInSources()].filter(
        (name) => !name.startsWith('mi.'),
      ),
    );
    expect(used.size).toBeGreaterThan(8);
    expect([...used].filter((name) => known.get(name) !== false && !keptForOneRelease.has(name))).toEqual([]);
  });

  it('differ from one another, and so do those that Prometheus makes of them', () => {
    const names = rows.map(({ name }) => name.replaceAll('.', '_'));
    expect(names.length).toBe(new Set(names).size);
  });
});
