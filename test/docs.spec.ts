import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { anchorOf } from '#libs/providers';
import { settingsOf } from '#libs/runtime';
import { describe, expect, it } from '@jest/globals';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { checkoutProgram } from '../apps/cli/src/commands/checkout/program.ts';
import { servicesOf } from '../tools/generate/config-schemas.ts';
import { portSettings } from '../apps/cli/src/stack/settings/settings.ts';
import { toolSettings } from '../apps/cli/src/environment/tool-settings.ts';

const root = join(import.meta.dirname, '..');
const configSchemas = await servicesOf(join(import.meta.dirname, '..'));
const files = (...patterns: string[]) =>
  globSync(patterns, { cwd: root, exclude: ['**/node_modules', 'dist', '.data', 'deploy/kafka/target'] });
/** What stands on the line before a place in a text. */
const lineBefore = (text: string, index: number) => text.slice(text.lastIndexOf('\n', index - 1) + 1, index);
const commandOf = (above: Command, name: string) =>
  above.commands.find((command) => command.name() === name || command.aliases().includes(name));
const read = (file: string) => readFileSync(join(root, file), 'utf8');
const pages = files('**/*.md').map((file) => ({ file, text: read(file) }));

const withoutLinks = (heading: string) => heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1');
const anchorsOf = (text: string) =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(withoutLinks(heading!)));

describe('the docs', () => {
  it('link to files and headings that are there', () => {
    const broken = pages.flatMap(({ file, text }) =>
      [...text.replace(/^```.*?^```/gms, '').matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target]) => {
        if (/^[a-z]+:/.test(target!)) return [];
        const [path = '', anchor] = target!.split('#');
        const at = path === '' ? file : join(dirname(file), path);
        if (!existsSync(join(root, at))) return [`${file}: ${target}`];
        return anchor === undefined || !at.endsWith('.md') || anchorsOf(read(at)).includes(anchor)
          ? []
          : [`${file}: ${target}`];
      }),
    );
    expect(broken).toEqual([]);
  });

  it('name only npm scripts that there are', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = pages.flatMap(({ file, text }) =>
      [...text.matchAll(/npm run ([a-z][a-z-]*)/g)].map(([, script]) => [file, script!] as const),
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter(([, script]) => !(script in scripts))).toEqual([]);
  });

  it('name only commands of messaging that there are', () => {
    const named = pages.flatMap(({ file, text }) =>
      [...text.matchAll(/\bmessaging ((?:[a-z]+ )*[a-z]+)/g)]
        .filter(({ 0: said, index }) => /[`$#]\s?(npx )?$|^(npx )?$/m.test(lineBefore(text, index)) && said !== '')
        .map(([, words]) => ({ file, words: words!.split(' ') })),
    );
    const known = (words: readonly string[]) => {
      const command = commandOf(checkoutProgram(), words[0]!);
      return (
        command !== undefined && (command.commands.length === 0 || words.length < 2 || commandOf(command, words[1]!))
      );
    };
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter(({ words }) => !known(words))).toEqual([]);
  });

  it('name only settings that there are', () => {
    const known = new Set(
      read('docs/configuration.md')
        .match(/`[A-Z][A-Z0-9_]+`/g)
        ?.map((name) => name.slice(1, -1)),
    );
    // What begins as no setting does is a code of somebody's; of OpenTelemetry's own settings only one is listed.
    const families = new Set([...known].map((name) => name.split('_')[0]!).filter((family) => family !== 'OTEL'));
    const wrong = pages.flatMap(({ file, text }) =>
      [...text.matchAll(/`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`/g)].flatMap(([, name]) => {
        const setting = name!.replace(/_FILE$/, '');
        const isSetting = families.has(setting.split('_')[0]!) && !elsewhere.has(setting);
        return known.has(name!) || known.has(setting) || !isSetting ? [] : [`${file}: ${name}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  it('tell every setting that the npm scripts read', () => {
    const sources = files('tools/**/*.{ts,mjs}', 'apps/cli/**/*.ts', 'libs/testing/**/*.ts', 'test/**/*.ts').filter(
      (file) => !file.endsWith('spec.ts'),
    );
    const names = new Set(
      sources.flatMap((file) =>
        [
          ...read(file).matchAll(
            /(?:env(?:\(\))?\[|valueOf\([\w.]*env, |count\(env, |process\.env\.)'?([A-Z][A-Z0-9_]{2,})/g,
          ),
        ].map(([, name]) => name!),
      ),
    );
    const reported = new Set([
      ...configSchemas.flatMap(({ schema }) => settingsOf(schema).map(({ name }) => name)),
      ...Object.values(portSettings).map(({ setting }) => setting as string),
      ...toolSettings.map(({ name }) => name),
      // What the system gives, and what the tests give each other.
      'PATH',
      'NODE_OPTIONS',
      'E2E_ENVIRONMENT',
      'TEST_DATABASE_URL',
      'TEST_KAFKA_BROKERS',
    ]);
    expect(names.size).toBeGreaterThan(20);
    expect([...names].filter((name) => !name.startsWith('OTEL_') && !reported.has(name.replace(/_FILE$/, '')))).toEqual(
      [],
    );
  });

  it('never write that something is sealed, scraped or alarmed about where the code does no such thing', () => {
    const said = pages.flatMap(({ file, text }) =>
      [...text.matchAll(/\bseal(?:s|ed)?\b|raise an alarm/gi)].map(([words]) => `${file}: ${words}`),
    );
    // Unsubscribe tokens are, and addresses in operations (libs/custody): AES-256-GCM. Nothing else is yet.
    expect(new Set(said)).toEqual(
      new Set([
        'apps/email/README.md: sealed',
        'docs/adr/0046-suppressions-as-operations.md: sealed',
        'docs/adr/0046-suppressions-as-operations.md: seals',
        'docs/adr/README.md: sealed',
        'docs/configuration.md: Seals',
        'docs/configuration.md: seals',
        'docs/configuration.md: sealed',
        'docs/delivery.md: sealed',
        'docs/errors/platform.md: sealed',
        'docs/glossary.md: sealed',
        'docs/suppressions.md: sealed',
      ]),
    );
  });
});

/** Names that begin as settings do and are none: of docker-compose.yml alone, and an error of Kafka's. */
const elsewhere = new Set(['POSTGRES_PASSWORD', 'KAFKA_STORAGE_ERROR']);

interface Compose {
  'x-service': { stop_grace_period: string };
  services: Record<string, { stop_grace_period?: string; environment?: Record<string, string> }>;
}

describe('docker-compose.yml', () => {
  const compose = parse(read('docker-compose.yml'), { merge: true }) as Compose;
  const names = ['email', 'sms', 'retry', 'reporting'] as const;

  it.each(names)('gives %s as long to stop as the docs say, which is enough', (name) => {
    const grace = /^(\d+)s$/.exec(compose.services[name]!.stop_grace_period!)![1]!;
    const standard = Number(
      settingsOf(configSchemas.find((one) => one.name === name)!.schema).find(
        (setting) => setting.name === 'SHUTDOWN_GRACE_MS',
      )!.standard,
    );
    const [, afterwards] = /closing the producer take at most ([\d.]+) s more/.exec(read('docs/delivery.md'))!;
    expect(read('docs/delivery.md')).toContain(`a termination grace of ${grace} s is enough`);
    expect(read('deploy/docker/README.md')).toContain(`(give it ${grace} seconds)`);
    expect(Number(grace) * 1_000).toBeGreaterThanOrEqual(standard + Number(afterwards) * 1_000);
  });

  it('hands to the job that provisions the topics what it reads', () => {
    const read = [
      'KAFKA_TOPIC_PREFIX',
      ...toolSettings.map(({ name }) => name).filter((name) => name.startsWith('KAFKA_TOPIC_')),
    ];
    expect(Object.keys(compose.services['topics']!.environment!).sort()).toEqual(['KAFKA_BROKERS', ...read].sort());
  });

  it.each(names)('hands every setting of %s on to it, so that none in .env is ignored in silence', (name) => {
    const given = compose.services[name]!.environment!;
    const settings = settingsOf(configSchemas.find((one) => one.name === name)!.schema).map((setting) => setting.name);
    // The Kafka and the PostgreSQL are its own: how to speak with others is none of its affairs.
    expect(
      settings.filter((setting) => !(setting in given) && !/^(KAFKA_SSL|KAFKA_SASL|DATABASE_SSL)/.test(setting)),
    ).toEqual([]);
    const unknown = Object.keys(given).filter((setting) => !settings.includes(setting) && setting !== 'APP');
    expect(unknown).toEqual([]);
  });
});
