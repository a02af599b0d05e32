import { BringForwardWork, identityKey } from '#libs/contracts';
import type { PoolClient } from '#libs/persistence';
import type { OperationWork, Portion, Run } from '#libs/runtime';
import { Injectable } from '@nestjs/common';
import { readPayload, writePayload } from '../payload.ts';

interface Waiting {
  state: string;
  mode: 'send' | 'reconcile';
  kind: string;
  payload: string;
}

const why: Readonly<Record<string, string>> = {
  none: 'Nothing is planned for it: it has not been put off, or it has ended.',
  looking: 'The answer to a call was lost and is looked for: sent now, it could arrive twice.',
  under: 'It is on its way to its channel already.',
};

/** Lets the plan of one message go now, whatever it waits for, and to another provider where that is wanted. */
@Injectable()
export class BringForward implements OperationWork<BringForwardWork> {
  readonly kind = 'bring-forward';
  readonly schema = BringForwardWork;

  async portion(client: PoolClient, { work }: Run<BringForwardWork>): Promise<Portion> {
    const id = identityKey(work);
    await client.query('SELECT 1 FROM retry.progress WHERE id = $1 FOR UPDATE', [id]);
    const { rows } = await client.query<Waiting>(
      'SELECT state, mode, kind, payload::text AS payload FROM retry.schedule WHERE id = $1 FOR UPDATE',
      [id],
    );
    const refused = refusalOf(rows[0]);
    if (refused) return { counts: {}, end: { state: 'failed', reason: refused } };
    const due = readPayload(rows[0]!.payload);
    const { provider } = work;
    const payload = writePayload(provider ? { ...due, request: { ...due.request, provider } } : due);
    await client.query(
      `UPDATE retry.schedule SET due_at = now(), waits_for = NULL, not_before = NULL, position = NULL, payload = $2,
              bytes = $3 WHERE id = $1`,
      [id, payload, Buffer.byteLength(payload)],
    );
    return { counts: { broughtForward: 1 }, end: { state: 'done' } };
  }
}

function refusalOf(waiting: Waiting | undefined): string | undefined {
  if (!waiting || waiting.state === 'answered' || waiting.state === 'stopped' || waiting.state === 'cancelled')
    return why['none'];
  if (waiting.state !== 'pending') return why['under'];
  return waiting.mode === 'reconcile' || waiting.kind === 'unknown' ? why['looking'] : undefined;
}
