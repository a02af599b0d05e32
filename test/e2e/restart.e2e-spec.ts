import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { environment, System } from './system.ts';

const run = (...args: string[]) =>
  spawnSync(
    process.execPath,
    ['--conditions=source', join(import.meta.dirname, '..', '..', 'apps', 'cli', 'src', 'checkout.ts'), ...args],
    {
      env: { ...process.env, NODE_OPTIONS: '', ...environment() },
      encoding: 'utf8',
    },
  );

describe('the system as a whole', () => {
  it('keeps its state over a restart: what was sent is known, what was scheduled still goes', async () => {
    const before = new System();
    const sent = await before.requestEmail();
    await before.reaches('email', sent, 'delivered');
    const scheduled = await before.requestSms({ sendAt: new Date(Date.now() + 10_000).toISOString() });
    await before.reaches('sms', scheduled, 'scheduled');
    await before.close();
    const pids = before.state.processes.flatMap((record) => record.pid ?? []);

    expect(run('down').status).toBe(0);
    for (const pid of pids) expect(() => process.kill(pid, 0)).toThrow();
    expect(run('up', '--detach')).toMatchObject({ status: 0 });

    const after = new System();
    expect(await after.reaches('email', sent, 'delivered')).toMatchObject({ final: true });
    await after.reaches('sms', scheduled, 'delivered', 30_000);
    await after.produce('messaging.email.requested', {
      value: { messageId: sent, to: [{ email: 'ada@inbox.test' }], subject: 'Hello', text: 'It works' },
    });
    await after.reaches('email', await after.requestEmail(), 'delivered');
    expect(await after.sandboxMessages({ reference: sent })).toMatchObject({ total: 1 });
    await after.close();
  }, 150_000);

  it('tells in its status what runs, for people and for scripts', () => {
    const { status, stdout } = run('ps', '--json');
    expect(status).toBe(0);
    const names = (JSON.parse(stdout) as { processes: { name: string; state: string }[] }).processes.map(
      (entry) => entry.name,
    );
    expect(names.sort()).toEqual(['email', 'kafka', 'postgres', 'reporting', 'retry', 'sandbox', 'sms']);
  });
});
