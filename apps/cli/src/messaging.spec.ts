import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { isWholeKey } from '../../reporting/src/access/key/api-key.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'messaging-command-'));
const nowhere = {
  KAFKA_BROKERS: '127.0.0.1:1',
  EMAIL_INTERNAL_URL: 'http://127.0.0.1:1',
  SMS_INTERNAL_URL: 'http://127.0.0.1:1',
  REPORTING_URL: 'http://127.0.0.1:1',
  REPORTING_KEY: 'mik_x',
};

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** Runs the command as a shell would, without this machine's own settings. */
const messaging = (args: readonly string[], env: Record<string, string> = {}) =>
  new Promise<Ended>((resolve) => {
    const child = execFile(
      join(import.meta.dirname, '..', 'bin', 'messaging.mjs'),
      args,
      { env: { PATH: process.env['PATH'], DATA_DIR: dataDir, TEMPLATES_DIR: 'templates', ...env } },
      (_, out, err) => resolve({ code: child.exitCode, out, err }),
    );
  });

afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

describe('messaging', () => {
  it('ends quietly where nobody reads its output any more', async () => {
    const command = join(import.meta.dirname, '..', 'bin', 'messaging.mjs');
    const { out, err } = await new Promise<Omit<Ended, 'code'>>((resolve) =>
      execFile('bash', ['-c', `${command} --help | true; echo "\${PIPESTATUS[0]}"`], (_, out, err) =>
        resolve({ out, err }),
      ),
    );
    expect([out.trim(), err]).toEqual(['141', '']);
  });

  it.each([
    ['nothing is asked', []],
    ['help is asked for', ['--help']],
  ])('shows every command with what it does where %s', async (_, args) => {
    const { code, out, err } = await messaging(args);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const command of [
      'up',
      'down',
      'ps',
      'status',
      'doctor',
      'topics',
      'suppressions',
      'templates',
      'smoke',
      'chaos',
    ])
      expect(out).toMatch(new RegExp(`^  ${command}\\b.*\\s[A-Z]`, 'm'));
  });

  it('shows examples, settings and exit codes with the help of a command', async () => {
    const { code, out } = await messaging(['topics', 'plan', '--help']);
    expect(code).toBe(0);
    expect(out).toMatch(
      /Examples:\n {2}\$ messaging topics plan\n[^]*Settings[^]*KAFKA_BROKERS[^]*Exit codes:\n {2}0 /,
    );
  });

  it.each([
    ['an unknown command', ['topcs'], "unknown command 'topcs'. Did you mean topics?", 'messaging --help'],
    ['a command like no other', ['fax'], "unknown command 'fax'. There are up, down,", 'messaging --help'],
    [
      'an unknown command of a group',
      ['suppressions', 'shwo'],
      "unknown command 'shwo'. Did you mean show?",
      'messaging suppressions --help',
    ],
    ['an unknown option', ['ps', '--jason'], "unknown option '--jason'. Did you mean --json?", 'messaging ps'],
    [
      'a missing option',
      ['suppressions', 'add', 'ada@inbox.test'],
      "required option '--note <why>' not specified",
      'messaging suppressions add --help',
    ],
    ['a missing argument', ['templates', 'preview'], "missing required argument 'name'", 'messaging templates preview'],
    [
      'a value that is none',
      ['suppressions', 'list', '--channel', 'pigeon'],
      'Allowed choices are email, sms',
      'messaging suppressions list --help',
    ],
    [
      'a key without a scope',
      ['keys', 'create', '--name', 'desk', '--tenant', 'shop'],
      'a key needs a scope',
      'give --scope: read, content, operate, admin',
    ],
    [
      'a row of the audit that is none',
      ['audit', 'verify', '--known', '12:abc'],
      '12:abc is no row that was noted',
      'messaging audit verify --help',
    ],
    ['a word too many', ['down', 'now'], 'too many arguments', 'messaging down --help'],
    [
      'a field that breaks a rule',
      ['send', 'sms', '--to', '12'],
      'must be a phone number',
      'messaging send sms --help',
    ],
    [
      'a template that is not there',
      ['templates', 'preview', 'nowhere'],
      'there is no template nowhere',
      'messaging templates list shows them',
    ],
  ])('reports %s, with a remedy', async (_, args, sentence, remedy) => {
    const { code, out, err } = await messaging(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(sentence);
    expect(err).toContain(`\n  Remedy: ${remedy}`);
    expect(err).not.toContain('    at ');
  });

  it('shows the commands of a group where the command is left out', async () => {
    const { code, err } = await messaging(['topics']);
    expect(code).toBe(2);
    expect(err).toMatch(/Usage: messaging topics[^]*plan[^]*apply/);
  });

  it.each([
    ['Kafka', ['topics', 'plan'], 1, /Kafka at 127\.0\.0\.1:1 \(KAFKA_BROKERS\) did not do it: .*ECONNREFUSED/],
    [
      'reporting',
      ['keys', 'list'],
      1,
      /reporting service at http:\/\/127\.0\.0\.1:1 \(REPORTING_URL\) does not answer/,
    ],
    ['a service', ['suppressions', 'list'], 2, /service at http:\/\/127\.0\.0\.1:1 \(\w+_URL\) does not answer/],
  ])('reports that %s cannot be reached, with a remedy', async (_, args, code, words) => {
    const ended = await messaging(args, nowhere);
    expect(ended).toMatchObject({ code, out: '', err: expect.stringMatching(words) });
    expect(ended.err).toMatch(/\n {2}Remedies:\n {4}- npm start[^]*\n {4}- correct [A-Z_]+\n$/);
  });

  it('says how to come by an API key where there is none', async () => {
    for (const args of [
      ['keys', 'list'],
      ['audit', 'export'],
    ])
      expect(await messaging(args)).toMatchObject({
        out: '',
        err: expect.stringMatching(/no API key[^]*REPORTING_KEY/),
      });
  });

  it('makes a folder of keys and looks at it, and says what is wrong with it', async () => {
    const folder = join(dataDir, 'ring');
    const custody = (...args: string[]) => messaging(['custody', ...args], { CUSTODY_KEYRING_DIR: folder });
    expect(await custody('check')).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^The key-ring .* cannot be used \(ENOENT\)\.\n {2}Remedy: /),
    });
    for (let again = 0; again < 2; again += 1) expect(await custody('init')).toMatchObject({ code: 0, err: '' });
    const { code, out } = await custody('check', '--json');
    expect([code, JSON.parse(out)]).toEqual([0, { folder, epochs: [expect.stringMatching(/^\d{4}-W\d\d$/)] }]);
    chmodSync(folder, 0o755);
    expect(await custody('check')).toMatchObject({ code: 1, err: expect.stringContaining('chmod 700') });
    expect(await messaging(['custody', 'init'], { CUSTODY_KEYRING_DIR: '' })).toMatchObject({ code: 1 });
  });

  it('makes a first key without asking anybody, another one each time', async () => {
    const made = await Promise.all([messaging(['keys', 'generate']), messaging(['keys', 'generate'])]);
    for (const { code, out } of made) expect([code, isWholeKey(out.trim())]).toEqual([0, true]);
    expect(made[0].out).not.toBe(made[1].out);
  });

  it('says that nothing runs', async () => {
    expect(await messaging(['ps'])).toMatchObject({
      code: 1,
      out: 'Nothing is running. npm start starts everything.\n',
    });
    expect(JSON.parse((await messaging(['ps', '--json'])).out)).toMatchObject({ ready: false, running: false });
    expect(await messaging(['down'])).toMatchObject({ code: 0, out: 'Nothing was running.\n' });
    expect(await messaging(['smoke'])).toMatchObject({ code: 1, err: expect.stringContaining('npm start') });
  });

  it('prints the templates as JSON for scripts', async () => {
    const { out } = await messaging(['templates', 'list', '--json']);
    const { templates } = JSON.parse(out) as { templates: { name: string }[] };
    expect(templates.map(({ name }) => name)).toContain('order-shipped');
    expect(JSON.parse((await messaging(['templates', 'check', '--json'])).out)).toMatchObject({ problems: [] });
  });

  it.each(['bash', 'zsh', 'fish'])('prints a completion script for %s', async (shell) => {
    const { code, out } = await messaging(['completion', shell]);
    expect(code).toBe(0);
    expect(out).toContain('messaging complete --');
  });

  it('completes commands, subcommands, options and their values', async () => {
    const completed = async (...words: string[]) =>
      (await messaging(['complete', '--', ...words])).out.split('\n').map((line) => line.split('\t')[0]);
    expect(await completed('top')).toContain('topics');
    expect(await completed('topics', '')).toEqual(expect.arrayContaining(['plan', 'apply']));
    expect(await completed('topics', 'plan', '--')).toEqual(expect.arrayContaining(['--json', '--exit-code']));
    expect(await completed('suppressions', 'list', '--channel', '')).toEqual(expect.arrayContaining(['email', 'sms']));
  });
});
