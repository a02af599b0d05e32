import type { z } from 'zod';
import type { FieldError } from './event/failure.ts';

/** An unexpected failure, with a code to search for, the stage in which it happened, and a remedy. */
export abstract class MessagingError extends Error {
  abstract readonly code: string;
  /** The stage of processing (docs/architecture.md), such as decode or publish. */
  abstract readonly stage: string;
  /** The remedy, in plain words. */
  abstract readonly remedy: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/**
 * Bytes that break the schema of their topic. Retrying cannot help: the record is quarantined in
 * `messaging.unreadable`.
 */
export class UnreadableRecord extends MessagingError {
  readonly code: string = 'MSG_UNREADABLE';
  readonly stage = 'decode';
  readonly remedy: string = 'Correct the producer and publish again; the bytes are kept in the unreadable topic.';
  readonly fields: FieldError[];

  constructor(message: string, fields: FieldError[] = [], options?: ErrorOptions) {
    super(message, options);
    this.fields = fields;
  }
}

/**
 * A message id that was used before with other content. The original message is not changed; this record is
 * quarantined.
 */
export class IdConflict extends UnreadableRecord {
  override readonly code = 'MSG_ID_CONFLICT';
  override readonly remedy = 'Give each message an id of its own; only an exact repeat may use one again.';

  constructor() {
    super('the messageId was used before for other content');
  }
}

/**
 * A request whose record has no timestamp, or one that is not in milliseconds. Without it neither a repeat nor the time
 * of expiry can be determined.
 */
export class BadRecordTime extends UnreadableRecord {
  override readonly code = 'MSG_RECORD_TIME';
  override readonly remedy =
    'Give the record a timestamp in milliseconds since 1970 or leave it to the client, and publish again; ' +
    "messaging topics apply makes the topic bear the broker's time.";

  /** @param rule what is wrong with the timestamp, from recordTimeProblem */
  constructor(rule: string) {
    super(`the record's timestamp ${rule}`, [{ field: "(the record's timestamp)", rule }]);
  }
}

/**
 * A batch of records that cannot be decoded. Nobody can say which messages it held. It is quarantined as it was read.
 */
export class UndecodableRecords extends MessagingError {
  readonly code = 'MSG_UNDECODABLE_BATCH';
  readonly stage = 'fetch';
  readonly remedy =
    'Look at docs/operations.md (batches that cannot be decoded): find the producer by the offsets, and let it ' +
    'publish again what stood there.';
}

/**
 * PostgreSQL, Kafka or the OpenID provider cannot be reached. Nothing is lost: consumption waits and continues when it
 * is back.
 */
export class InfrastructureDown extends MessagingError {
  readonly code = 'MSG_INFRASTRUCTURE_DOWN';
  readonly stage: string;
  readonly remedy = 'Bring the named dependency back; nothing has to be repeated by hand.';

  constructor(dependency: 'postgres' | 'kafka' | 'the OpenID provider', stage: string, options?: ErrorOptions) {
    super(`${dependency} cannot be reached`, options);
    this.stage = stage;
  }
}

/**
 * A record of the platform's own that breaks the schema of its topic, or that Kafka refuses, such as for its size.
 * Retrying cannot help. The publisher must still end the message that the record is about.
 */
export class RecordRefused extends MessagingError {
  readonly code = 'MSG_RECORD_REFUSED';
  readonly stage = 'publish';
  readonly remedy =
    'A fault of the platform: report it with these headers. If the message is still of use, publish it again ' +
    'under a new messageId after the fix.';
  readonly fields: FieldError[];

  /** @param topic its name without prefix */
  constructor(topic: string, fields: FieldError[] = [], options?: ErrorOptions) {
    const why =
      fields.length > 0
        ? `breaks its schema: ${fields.map(({ field, rule }) => `${field} ${rule}`).join('; ')}`
        : 'was refused by Kafka, for its size perhaps';
    super(`a record of ours for ${topic} ${why}`, options);
    this.fields = fields;
  }
}

/** The service's tables are missing or outdated, and the service may not migrate them itself. */
export class SchemaBehind extends MessagingError {
  readonly code = 'MSG_SCHEMA_BEHIND';
  readonly stage = 'start';
  readonly remedy =
    'Run the job that brings the schema up to date, or set DATABASE_MIGRATE=true for one start; the service goes ' +
    'on by itself then.';

  constructor(schema: string, missing: readonly string[]) {
    super(`the schema ${schema} lacks ${missing.join(', ')}`);
  }
}

/** A setting is missing or wrong. Found at start. */
export class InvalidConfiguration extends MessagingError {
  readonly code = 'MSG_CONFIGURATION';
  readonly stage = 'start';
  readonly remedy = 'Set the named variables; docs/configuration.md says what each means.';
}

/** The field errors of a schema violation: path and rule, never the value. */
export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues
    .flatMap(nearest)
    .slice(0, 20)
    .map((issue) => ({
      field: fieldPath(issue.path),
      rule: issue.message.slice(0, 200),
    }));
}

/**
 * For a union: the errors of the one member that the value resembles. For a key of a record: the rule that the key
 * breaks.
 */
function nearest(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code === 'invalid_key') return issue.issues.map((inner) => ({ ...inner, path: issue.path }));
  if (issue.code !== 'invalid_union') return [issue];
  const meant = issue.errors.filter((branch) => branch.length > 0 && branch.every(({ path }) => path.length > 0));
  if (meant.length !== 1) return [issue];
  return meant[0]!.flatMap((inner) => nearest({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** A path in a field error. Parts that do not look like a name are masked. */
export function fieldPath(path: PropertyKey[]): string {
  const text = path.reduce<string>((whole, part) => {
    if (typeof part === 'number') return `${whole}[${part}]`;
    // The keys of a record are chosen by upstream: a key is shown only if it looks like a name.
    const name = String(part)
      .replace(/[^\w.-]/g, '?')
      .slice(0, 60);
    return whole === '' ? name : `${whole}.${name}`;
  }, '');
  return text === '' ? '(the whole value)' : text;
}
