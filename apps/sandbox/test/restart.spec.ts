import { mkdtemp, rm, writeFile, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Sandbox } from '../src/sandbox.ts';
import { aReceiver, until, type Receiver } from './receiver.ts';
import { aMailTo, listed, running, sendGridOf } from './running.ts';

let folder: string;
let file: string;
let receiver: Receiver;
let sandbox: Sandbox | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sandbox-'));
  file = join(folder, 'deep', 'messages.jsonl');
  receiver = await aReceiver();
});
afterEach(async () => {
  await sandbox?.close();
  await receiver.close();
  await rm(folder, { recursive: true });
});

async function started(): Promise<Sandbox> {
  await sandbox?.close();
  sandbox = await running({ SANDBOX_DATA_FILE: file, SANDBOX_SENDGRID_WEBHOOK_URL: receiver.url });
  return sandbox;
}
const idsOf = () =>
  receiver.received.flatMap(({ body }) =>
    (JSON.parse(body) as { sg_event_id: string }[]).map(({ sg_event_id }) => sg_event_id),
  );
const settled = (webhook: string) => async () =>
  sandbox !== undefined &&
  (await listed(sandbox)).messages.every(
    ({ events }) => events.length > 0 && events.every((event) => event.webhook === webhook),
  );

it('keeps its messages, and repeats events that were not acknowledged', async () => {
  receiver.failOnce.push('dropped');
  await sendGridOf(await started()).send(aMailTo('dropped@example.org'));
  await until(() => receiver.received.length === 1);
  await started();
  await until(settled('acknowledged'));
  const [first, second] = idsOf();
  expect(second).toBe(first);
  expect((await listed(sandbox!, '?reference=order-1')).total).toBe(1);
});

it('repeats no event that was acknowledged', async () => {
  await sendGridOf(await started()).send(aMailTo('ada@example.org'));
  await until(async () => idsOf().length === 2 && (await settled('acknowledged')()));
  await started();
  await until(async () => (await listed(sandbox!)).messages[0]?.status === 'delivered');
  expect(idsOf()).toHaveLength(2);
});

it('keeps the messages that it did not send, with the reason', async () => {
  const send = () => sendGridOf(sandbox!).send(aMailTo('bounce@example.org'));
  await started();
  await send();
  await until(() => idsOf().length === 2);
  await send();
  await until(async () => idsOf().length === 3 && (await settled('acknowledged')()));
  await started();
  await until(async () => (await listed(sandbox!)).messages.map(({ status }) => status).join() === 'dropped,bounce');
  expect(idsOf()).toHaveLength(3);
});

it('deletes what was cleared, on disk too', async () => {
  const running = await started();
  await sendGridOf(running).send(aMailTo('ada@example.org', 'secret-order'));
  await fetch(`${running.url}/_sandbox/messages`, { method: 'DELETE' });
  expect((await listed(await started())).total).toBe(0);
  expect(await readFile(file, 'utf8')).not.toContain('secret-order');
});

it('skips a line that a kill has cut', async () => {
  await sendGridOf(await started()).send(aMailTo('ada@example.org'));
  await until(settled('acknowledged'));
  const whole = await readFile(file, 'utf8');
  await sandbox?.close();
  await writeFile(file, `${whole}{"accepted":{"provider":"sendg`);
  expect((await listed(await started())).total).toBe(1);
  await sendGridOf(sandbox!).send(aMailTo('grace@example.org'));
  expect((await listed(await started())).total).toBe(2);
});

it('keeps no more messages than its limit', async () => {
  sandbox = await running({ SANDBOX_MAX_MESSAGES: '3' });
  for (const name of ['a', 'b', 'c', 'd']) await sendGridOf(sandbox).send(aMailTo(`${name}@example.org`, name));
  const { total, messages } = await listed(sandbox);
  expect([total, messages.map(({ reference }) => reference)]).toEqual([3, ['d', 'c', 'b']]);
  expect((await listed(sandbox, '?reference=a')).total).toBe(0);
});

it('listens to other machines only when that is allowed', async () => {
  await expect(running({ HTTP_HOST: '0.0.0.0' })).rejects.toThrow('SANDBOX_ALLOW_REMOTE=true');
  sandbox = await running({ HTTP_HOST: '0.0.0.0', SANDBOX_ALLOW_REMOTE: 'true' });
  expect((await fetch(`${sandbox.url.replace('0.0.0.0', '127.0.0.1')}/health/live`)).status).toBe(200);
});
