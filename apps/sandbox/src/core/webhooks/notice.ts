import type { SandboxMessage } from '../inbox/message.ts';

/** One event of one message, to be told by webhook. */
export interface Notice<M extends SandboxMessage = SandboxMessage> {
  message: M;
  /** Position of the event in the message's events. */
  index: number;
  /** A copy under an id of its own has a number of its own; unset: under the event's id. */
  copy?: number;
}
