import type { SandboxMessage } from '../inbox/message.ts';

/** One event of one message, to be posted to a webhook. */
export interface Notice<M extends SandboxMessage = SandboxMessage> {
  message: M;
  /** Index of the event among the message's events. */
  index: number;
  /** The number of a copy with an event id of its own; unset: it has the event's id. */
  copy?: number;
}
