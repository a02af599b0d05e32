import { z } from 'zod';
import { examineJson, type JsonProblem } from '../text/json.policy.ts';
import { withoutNulls } from './nulls.policy.ts';
import { meantName } from './spelling.policy.ts';

const rules =
  'Every text is well-formed Unicode without NUL. There are at most 64 levels of objects and arrays. Null for an ' +
  'optional field is the same as leaving it out. ' +
  'Fields at the top that nobody knows are ignored, unless their name is a known one misspelt.';

/**
 * The schema of the records that upstream publishes. Beside the rules of its fields:
 * - every text, in unknown fields too, is well-formed Unicode without NUL, and there are at most 64 levels of objects
 * and arrays;
 * - null for an optional field means the same as leaving it out;
 * - an unknown field at the top whose name is a misspelt known name is refused, because it would be ignored silently.
 */
export function requestSchema<S extends z.ZodObject>(schema: S) {
  const known = Object.keys(schema.shape);
  const read = (given: z.input<S>, context: z.core.$RefinementCtx): z.input<S> => {
    const { problems, hasNull, isTooDeep } = examineJson(given);
    if (isTooDeep) {
      addAll(problems, context);
      return given;
    }
    const request = hasNull ? (withoutNulls(schema, given) as z.input<S>) : given;
    problems.push(...misspellings(request, known));
    if (problems.length > 0) report(problems, request, schema, context);
    return request;
  };
  return z.preprocess(read, schema).describe(rules);
}

/** A request without the nulls that mean absent: equal content gives equal requests. */
export const withoutIdleNulls = (schema: z.ZodType, request: unknown): unknown =>
  examineJson(request).hasNull ? withoutNulls(schema, request) : request;

function misspellings(request: unknown, known: readonly string[]): JsonProblem[] {
  if (request === null || typeof request !== 'object' || Array.isArray(request)) return [];
  const problems: JsonProblem[] = [];
  for (const name in request) {
    const meant = known.includes(name) ? undefined : meantName(name, known);
    if (meant !== undefined) problems.push({ path: [name], message: `is not a field: is ${meant} meant?` });
  }
  return problems;
}

const addAll = (problems: readonly JsonProblem[], context: z.core.$RefinementCtx): void =>
  problems.forEach(({ path, message }) => context.addIssue({ code: 'custom', path, message }));

/** Reports all errors at once: an error found here must not hide those of the fields' own rules. */
function report(
  problems: readonly JsonProblem[],
  request: unknown,
  schema: z.ZodType,
  context: z.core.$RefinementCtx,
): void {
  const place = (path: PropertyKey[]) => path.map(String).join('\0');
  const reported = new Set(problems.map(({ path }) => place(path)));
  addAll(problems, context);
  for (const issue of schema.safeParse(request).error?.issues ?? []) {
    if (!reported.has(place(issue.path))) context.issues.push(issue as z.core.$ZodRawIssue);
  }
}
