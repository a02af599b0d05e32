import { Inject, Injectable } from '@nestjs/common';
import { type CoreConfig, SANDBOX_CONFIG } from '../config.ts';
import { MessageIndex } from './message-index.ts';
import type { SandboxMessage } from './message.ts';

/** The accepted messages, in memory and bounded: beyond the limit the oldest is dropped. */
@Injectable()
export class MessageStore {
  private readonly limit: number;
  private messages: (SandboxMessage | undefined)[] = [];
  /** The index of the oldest; shifting an array of this size would move all elements. */
  private oldest = 0;
  private readonly byId = new Map<string, SandboxMessage>();
  private readonly byReference = new MessageIndex<SandboxMessage>();
  private readonly byCall = new MessageIndex<SandboxMessage>();
  private readonly byRecipient = new MessageIndex<SandboxMessage>();
  private readonly byProviderId = new MessageIndex<SandboxMessage>();

  constructor(@Inject(SANDBOX_CONFIG) config: CoreConfig) {
    this.limit = config.SANDBOX_MAX_MESSAGES;
  }

  get size(): number {
    return this.messages.length - this.oldest;
  }

  add(message: SandboxMessage): void {
    this.messages.push(message);
    this.byId.set(message.id, message);
    this.byReference.add(message.reference, message);
    this.byCall.add(message.callId, message);
    this.byRecipient.add(message.to, message);
    this.byProviderId.add(message.providerMessageId, message);
    if (this.size > this.limit) this.forgetOldest();
  }

  get(id: string): SandboxMessage | undefined {
    return this.byId.get(id);
  }

  ofReference(reference: string): readonly SandboxMessage[] {
    return this.byReference.get(reference).toReversed();
  }

  ofCall(callId: string): readonly SandboxMessage[] {
    return this.byCall.get(callId).toReversed();
  }

  ofRecipient(address: string): readonly SandboxMessage[] {
    return this.byRecipient.get(address).toReversed();
  }

  ofProviderId(id: string): readonly SandboxMessage[] {
    return this.byProviderId.get(id).toReversed();
  }

  *newestFirst(): Generator<SandboxMessage> {
    for (let place = this.messages.length - 1; place >= this.oldest; place -= 1) {
      const message = this.messages[place];
      if (message) yield message;
    }
  }

  clear(): void {
    for (const message of this.newestFirst()) message.forgotten = true;
    this.messages = [];
    this.oldest = 0;
    this.byId.clear();
    for (const index of [this.byReference, this.byCall, this.byRecipient, this.byProviderId]) index.clear();
  }

  private forgetOldest(): void {
    const message = this.messages[this.oldest];
    this.messages[this.oldest] = undefined;
    this.oldest += 1;
    if (this.oldest > 10_000 && this.oldest * 2 > this.messages.length) {
      this.messages = this.messages.slice(this.oldest);
      this.oldest = 0;
    }
    if (!message) return;
    this.byId.delete(message.id);
    this.byReference.remove(message.reference, message);
    this.byCall.remove(message.callId, message);
    this.byRecipient.remove(message.to, message);
    this.byProviderId.remove(message.providerMessageId, message);
  }
}
