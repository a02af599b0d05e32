import { setTimeout as delay } from 'node:timers/promises';
import type { System } from '../foundation/system.ts';

/** Makes the sandbox's providers fail, and lifts what came of it. */
export class Operator {
  private readonly system: System;

  constructor(system: System) {
    this.system = system;
  }

  async faults(faults: Record<string, object> | undefined): Promise<void> {
    await answerOf(
      fetch(`${this.system.sandboxUrl}/_sandbox/faults`, {
        method: faults ? 'PUT' : 'DELETE',
        ...(faults && { headers: json, body: JSON.stringify(faults) }),
      }),
    );
  }

  /** The providers work again, and each hold is lifted: returns once the channel has done so. */
  async recover(): Promise<void> {
    await this.faults(undefined);
    const { items } = (await this.operate('GET', 'holds?channel=email')) as { items: { id: string }[] };
    for (const { id } of items) {
      const order = { channel: 'email', holdId: id, reason: 'the providers work again' };
      let operation = (await this.operate('POST', 'controls/lift', order)) as Operation;
      for (; operation.state !== 'done'; await delay(50))
        operation = (await this.operate('GET', `operations/${operation.operationId}`)) as Operation;
    }
  }

  private operate(method: 'GET' | 'POST', path: string, body?: object): Promise<unknown> {
    const { apiUrl, apiKey } = this.system;
    return answerOf(
      fetch(`${apiUrl}/v1/${path}`, {
        method,
        headers: { authorization: `Bearer ${apiKey}`, ...(body && json) },
        ...(body && { body: JSON.stringify(body) }),
      }),
    );
  }
}

interface Operation {
  operationId: string;
  state: string;
}

const json = { 'content-type': 'application/json' };

async function answerOf(asked: Promise<Response>): Promise<unknown> {
  const answer = await asked;
  if (!answer.ok) throw new Error(`${answer.url} answered ${answer.status}`);
  return answer.status === 204 ? undefined : answer.json();
}
