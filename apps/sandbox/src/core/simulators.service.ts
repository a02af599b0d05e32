import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { SandboxMessage } from './inbox/message.ts';
import type { ListKeeper, ProviderSimulator, ReplySender, RunningSimulator, WebhookTeller } from './simulator.ts';

/** Injection token of the running simulators. */
export const SIMULATORS = Symbol('simulators');

/** The running simulators, and their parts. */
@Injectable()
export class Simulators {
  readonly all: readonly ProviderSimulator[];

  constructor(
    @Inject(SIMULATORS) private readonly running: readonly RunningSimulator[],
    private readonly parts: ModuleRef,
  ) {
    this.all = running.map(({ simulator }) => simulator);
  }

  of(message: Pick<SandboxMessage, 'provider'>): ProviderSimulator {
    return this.runningOf(message).simulator;
  }

  webhooksOf(message: SandboxMessage): WebhookTeller {
    return this.parts.get(this.runningOf(message).parts.webhooks, { strict: false });
  }

  listsOf(message: SandboxMessage): ListKeeper | undefined {
    const { lists } = this.runningOf(message).parts;
    return lists && this.parts.get(lists, { strict: false });
  }

  /** What posts people's replies, and their fields; undefined: nobody can reply here. */
  replies(): { form: NonNullable<ProviderSimulator['reply']>; sender: ReplySender } | undefined {
    for (const { simulator, parts } of this.running)
      if (simulator.reply && parts.replies)
        return { form: simulator.reply, sender: this.parts.get(parts.replies, { strict: false }) };
    return undefined;
  }

  /** Replies and suppression lists are deleted with the inbox. */
  forget(): void {
    for (const { parts } of this.running)
      for (const part of [parts.lists, parts.forgets]) if (part) this.parts.get(part, { strict: false }).forget();
  }

  private runningOf({ provider }: Pick<SandboxMessage, 'provider'>): RunningSimulator {
    const found = this.running.find(({ simulator }) => simulator.name === provider);
    if (!found) throw new Error(`no simulator is called ${provider}: the data file is of another sandbox`);
    return found;
  }
}
