import type { Tenants } from '../caller.policy.ts';
import type { AuditRow } from './chain.ts';

/** What is audited: every change, and every time that content is revealed. A new one is a line here. */
export const auditActions = {
  'key.made': 'An API key was made.',
  'key.revoked': 'An API key was revoked.',
  'letters.redriven': 'Dead letters were to be redriven.',
  'letters.discarded': 'Dead letters were to be discarded.',
  'message.cancelled': 'A message was to be cancelled.',
  'message.brought-forward': 'The plan of a message was to be brought forward.',
  'message.redriven': 'The dead letter of a message was to be redriven.',
  'operation.stopped': 'A job of an operator was stopped.',
  'control.pause': 'A provider, channel, lane, tenant or template was paused.',
  'control.resume': 'What was paused was resumed.',
  'control.cancel': 'Messages were cancelled by filter.',
  'control.withdraw': 'A cancellation by filter was withdrawn.',
  'control.lift': 'The hold of a provider was lifted.',
  'counts.rebuilt': 'The counts of messages were to be made anew.',
  'restore.lifted': 'A service whose database was restored was asked to go on.',
  'suppression.added': 'A recipient was to be suppressed.',
  'suppression.lists-asked': 'The providers’ own lists were to be taken over.',
  'suppression.removed': 'A suppression was to be lifted.',
  'unreadable.revealed': 'The bytes of an unreadable record were shown.',
} as const;
export type AuditAction = keyof typeof auditActions;

/** One row, before it is chained. It holds no secret, no address and no text that a person wrote. */
export interface AuditEntry {
  /** `key:<id>`, `oidc:<subject>`, `setting:<name>`. */
  who: string;
  action: AuditAction;
  /** Such as `key:<id>`; of what was refused, the route. */
  target: string;
  /** Whom it concerns: who sees all of these tenants sees the row. */
  tenants: Tenants;
  /** asked: another service was to do it, by a call that follows this row. */
  outcome: 'done' | 'asked' | 'refused';
  details?: Record<string, string | number | readonly string[]>;
}

/** The last row's number and hash; number 0 while there is none. */
export interface AuditHead {
  seq: number;
  hash: string;
}

/** An append-only table whose rows are chained by their hashes. Every method throws InfrastructureDown. */
export abstract class Audit {
  /** Appends a row that belongs to no other change. */
  abstract record(entry: AuditEntry): Promise<void>;

  /** In the order of writing. @param tenants only rows about these alone; undefined: all rows */
  abstract page(filter: { tenants: string[] | undefined; after: number; limit: number }): Promise<AuditRow[]>;

  abstract head(): Promise<AuditHead>;
}
