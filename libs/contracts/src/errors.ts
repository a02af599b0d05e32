import type { z } from 'zod';
import type { FieldError } from './event/failure.ts';

/** An unexpected failure: a code to search for, the stage it happened in, and what to do. */
export abstract class MessagingError extends Error {
  abstract readonly code: string;
  /** The step of the way (docs/architecture.md), such as decode or publish. */
  abstract readonly stage: string;
  /** What to do about it, in plain words. */
  abstract readonly remedy: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Bytes that no schema accepts. Retrying cannot help: the record is quarantined in `messaging.unreadable`. */
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

/** An id that was used before for other content. The original stays untouched; this record is quarantined. */
export class IdConflict extends UnreadableRecord {
  override readonly code = 'MSG_ID_CONFLICT';
  override readonly remedy = 'Give each message an id of its own; only an exact repeat may use one again.';

  constructor() {
    super('the messageId was used before for other content');
  }
}

/**
 * A request whose record has no timestamp, or one that is not in milliseconds. Its repeats could not be recognised, nor
 * could be said when it expires.
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
 * A batch of records whose bytes cannot be decoded: which messages it held, nobody can tell. It is quarantined as it
 * came.
 */
export class UndecodableRecords extends MessagingError {
  readonly code = 'MSG_UNDECODABLE_BATCH';
  readonly stage = 'fetch';
  readonly remedy =
    'Look at docs/operations.md (batches that cannot be decoded): find the producer by the offsets, and let it ' +
    'publish again what stood there.';
}

/** Postgres or Kafka cannot be reached. Nothing is lost: consumption waits and goes on by itself. */
export class InfrastructureDown extends MessagingError {
  readonly code = 'MSG_INFRASTRUCTURE_DOWN';
  readonly stage: string;
  readonly remedy = 'Bring the named dependency back; nothing has to be repeated by hand.';

  constructor(dependency: 'postgres' | 'kafka', stage: string, options?: ErrorOptions) {
    super(`${dependency} cannot be reached`, options);
    this.stage = stage;
  }
}

/**
 * A record of the platform's own that breaks the schema of its topic, or that Kafka refuses for what it is, such as its
 * size. Repeating cannot help; whoever publishes it sees to it that its message ends all the same.
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

/** The service's tables are not there or of an earlier version, and something else than the service brings them. */
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

/** A setting that is missing or wrong, found at start. */
export class InvalidConfiguration extends MessagingError {
  readonly code = 'MSG_CONFIGURATION';
  readonly stage = 'start';
  readonly remedy = 'Set the named variables; docs/configuration.md tells what each means.';
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
 * Of a choice the one form that was meant, by its outer shape, says which of its fields is wrong; of a name, the rule
 * it breaks.
 */
function nearest(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code === 'invalid_key') return issue.issues.map((inner) => ({ ...inner, path: issue.path }));
  if (issue.code !== 'invalid_union') return [issue];
  const meant = issue.errors.filter((branch) => branch.length > 0 && branch.every(({ path }) => path.length > 0));
  if (meant.length !== 1) return [issue];
  return meant[0]!.flatMap((inner) => nearest({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** A path as field errors name it; what does not look like a name in it is masked. */
export function fieldPath(path: PropertyKey[]): string {
  const text = path.reduce<string>((whole, part) => {
    if (typeof part === 'number') return `${whole}[${part}]`;
    // A key of a record is upstream's text: shown only as far as it looks like a name.
    const name = String(part)
      .replace(/[^\w.-]/g, '?')
      .slice(0, 60);
    return whole === '' ? name : `${whole}.${name}`;
  }, '');
  return text === '' ? '(the whole value)' : text;
}
