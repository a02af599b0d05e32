import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, describe, expect, it } from '@jest/globals';
import { environment, System } from './system.ts';

describe('access to the API', () => {
  const system = new System();
  afterAll(() => system.close());

  /** `messaging …`, as an operator of this system would, and with the settings of others. */
  async function messaging(args: string[], env: Record<string, string> = {}) {
    const script = join(import.meta.dirname, '..', '..', 'apps', 'cli', 'src', 'main.ts');
    const child = spawn(process.execPath, ['--conditions=source', script, ...args], {
      env: { ...process.env, ...environment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [out, err, code] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      new Promise<number | null>((resolve) => child.once('close', resolve)),
    ]);
    return { code, out, err };
  }
  const read = async (key: string, path: string) => {
    const answer = await fetch(`${system.url('reporting')}${path}`, { headers: { authorization: `Bearer ${key}` } });
    return { status: answer.status, body: (await answer.json()) as { code?: string; items?: unknown[] } };
  };

  it('is given to a team by one command, bound to its tenant, and taken back by another', async () => {
    const ours = await system.requestEmail({ tenant: 'team-shop' });
    const theirs = await system.requestEmail();
    await system.reaches('email', theirs, 'delivered');
    const made = await messaging(['keys', 'create', '--name', 'desk', '--scope', 'read', '--tenant', 'team-shop']);
    expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^mik_\w+\n$/) });
    const key = made.out.trim();
    const id = key.slice(4, 14);
    expect((await read(key, `/v1/messages/email/${ours}`)).status).toBe(200);
    expect((await read(key, `/v1/messages/email/${theirs}?tenant=default`)).status).toBe(404);
    expect((await read(key, '/v1/keys')).status).toBe(403);

    expect(await messaging(['keys', 'list'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(new RegExp(`${id} {2}valid .*desk`)),
    });
    // As the team would: its key may not.
    expect(await messaging(['keys', 'list'], { REPORTING_KEY: key })).toMatchObject({
      code: 1,
      err: expect.stringMatching(/needs the scope admin; yours: read\.\n {2}Remedy: /),
    });
    expect(await messaging(['keys', 'revoke', id])).toMatchObject({ code: 0, out: expect.stringContaining('revoked') });
    expect(await read(key, `/v1/messages/email/${ours}`)).toMatchObject({
      status: 401,
      body: { code: 'MSG_KEY_REVOKED' },
    });
    expect(await messaging(['keys', 'revoke', '0123456789'])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/No such key/),
    });
  }, 60_000);

  it('leaves a chain that can be exported and verified', async () => {
    const exported = await messaging(['audit', 'export']);
    expect(exported.code).toBe(0);
    const rows = exported.out.trim().split('\n');
    expect(rows.length).toBeGreaterThan(2);
    const file = join(system.dataDir, 'audit-of-test.jsonl');
    writeFileSync(file, exported.out);
    for (const args of [[], ['--against', file], [file]])
      expect(await messaging(['audit', 'verify', ...args])).toMatchObject({
        code: 0,
        out: expect.stringMatching(/^The chain holds: \d+ row/),
      });
    writeFileSync(file, [...rows.slice(0, 1), ...rows.slice(2)].join('\n'));
    expect(await messaging(['audit', 'verify', file])).toMatchObject({
      code: 1,
      out: expect.stringMatching(/^row 3: rows 2 to 2 are missing\n/),
    });
    writeFileSync(file, '{"seq":1}\n');
    expect(await messaging(['audit', 'verify', file])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/line 1, is no row/),
    });
  }, 60_000);
});
