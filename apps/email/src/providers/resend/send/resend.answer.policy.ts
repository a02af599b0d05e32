import type { Failure } from '#libs/contracts';
import { type FailureCatalogue, namedField, refusedFields } from '#libs/providers';
import { z } from 'zod';

/** The fields of an error response that are used. */
export interface Answer {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
}

const ErrorBody = z.looseObject({ name: z.string(), message: z.unknown() });
const Single = z.looseObject({ id: z.string().min(1) });
const Batch = z.looseObject({
  data: z.array(Single),
  errors: z.array(z.looseObject({ index: z.number().int().nonnegative() })).optional(),
});

/** The fields of an e-mail in Resend's API description. */
const words = new Set([
  'from',
  'to',
  'cc',
  'bcc',
  'reply_to',
  'subject',
  'html',
  'text',
  'headers',
  'tags',
  'name',
  'value',
  'attachments',
  'content',
  'path',
  'filename',
  'content_type',
  'content_id',
  'template',
  'id',
  'variables',
  'scheduled_at',
  'topic_id',
]);

/** Resend names a field in its text only, between backticks: "Invalid `to` field". */
function fieldsNamedIn(answer: Answer): (string | undefined)[] {
  const message = read(ErrorBody, answer.body)?.message;
  return typeof message === 'string'
    ? [...message.matchAll(/`([^`\s]{1,80})`/g)].map(([, name]) => namedField(name!, words))
    : [];
}

/** Resend's name of an error; undefined where the response has another form. */
export const errorNameOf = ({ body }: Answer): string | undefined => read(ErrorBody, body)?.name;

/** The failure of a refusal. A name that is used with several statuses has a row for each. */
export function failureOf(answer: Answer, failures: FailureCatalogue): Failure {
  const { status, body } = answer;
  const name = errorNameOf(answer);
  const named =
    name === undefined ? (/error code: 1010/i.test(body) ? ['error_1010'] : []) : [`${name}:${status}`, name];
  // Exceeded quotas are a 429 as well, and the response does not say when they end.
  const retryAfterMs = name === 'rate_limit_exceeded' ? waitOf(answer.headers) : undefined;
  const failure = failures.failure([...named, `http_${status}`], { httpStatus: status, retryAfterMs });
  return status === 400 || status === 422 ? { ...failure, ...refusedFields(fieldsNamedIn(answer), 'Resend') } : failure;
}

/** The wait that a 429 asks for, in ms. */
function waitOf(headers: Answer['headers']): number | undefined {
  const seconds = [headers['retry-after'], headers['ratelimit-reset']]
    .map(Number)
    .find((value) => Number.isFinite(value) && value > 0);
  return seconds === undefined ? undefined : seconds * 1000;
}

/** The id in the response to one e-mail. */
export const acceptedId = ({ body }: Answer): string | undefined => read(Single, body)?.id;

/**
 * The result of each member of a batch: its id, or null where it alone was refused. Undefined: the response is
 * inconsistent.
 */
export function acceptedIds({ body }: Answer, members: number): (string | null)[] | undefined {
  const answered = read(Batch, body);
  if (!answered) return undefined;
  const refused = new Set(answered.errors?.map(({ index }) => index));
  if (answered.data.length + refused.size !== members || [...refused].some((index) => index >= members))
    return undefined;
  const ids = answered.data.map(({ id }) => id);
  return Array.from({ length: members }, (_, index) => (refused.has(index) ? null : ids.shift()!));
}

/**
 * Parses Resend's times: ISO 8601, or with a blank and a short time zone (`2023-04-03 22:13:42.674981+00`). In ms since
 * 1970.
 */
export const msOf = (text: string): number => Date.parse(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'));

function read<S extends z.ZodType>(schema: S, body: string): z.infer<S> | undefined {
  try {
    return schema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined;
  }
}
