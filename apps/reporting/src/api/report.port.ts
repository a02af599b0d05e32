import type { Channel, Engagement, Lane, RecipientRef, Status } from '#libs/contracts';
import type { DeadLetterFact, KeptFact } from '../projection/fact.ts';
import type { Position } from '#libs/runtime';
import type { LetterSearch } from '../letters/letters.port.ts';
import type { Count } from './summary/summary.policy.ts';

/** The current state of a message. */
export interface MessageRow {
  id: string;
  tenant: string;
  channel: Channel;
  messageId: string;
  lane: Lane | null;
  category: string | null;
  traceId: string | null;
  requestedAt: Date;
  recipients: RecipientRef[];
  correlationId: string | null;
  tags: string[];
  status: Status;
  statusAt: Date;
  final: boolean;
  engagement: Engagement[];
  provider: string | null;
  attempts: number;
  updatedAt: Date;
}

export interface MessageHistory {
  message: MessageRow;
  facts: KeptFact[];
  deadLetter: DeadLetterFact | undefined;
}

export interface MessageFilter {
  channel?: Channel | undefined;
  status?: Status | undefined;
  tenant?: string | undefined;
  /** Only these tenants; undefined: all. */
  tenants: string[] | undefined;
  /** Keyed hash. */
  recipientHash?: string | undefined;
  after?: Position<'id'> | undefined;
  limit: number;
}

export interface DeadLetterRow extends DeadLetterFact {
  status: Status | null;
  final: boolean | null;
  statusAt: Date | null;
  traceId: string | null;
}

/** Reads the projection. Every method throws InfrastructureDown when PostgreSQL cannot be reached. */
export abstract class Reports {
  /** `id`: the identityKey of libs/contracts. */
  abstract history(id: string): Promise<MessageHistory | undefined>;

  /** Newest first. */
  abstract messages(filter: MessageFilter): Promise<MessageRow[]>;

  /** Messages requested at or after `since` and before `until` (ISO 8601). */
  abstract counts(range: {
    tenant?: string | undefined;
    tenants: string[] | undefined;
    since: string;
    until: string;
  }): Promise<Count[]>;

  /** Newest first. */
  abstract deadLetters(
    page: LetterSearch & { after?: Position<'id'> | undefined; limit: number },
  ): Promise<DeadLetterRow[]>;
}
