import { MAX_DEPTH } from '../request/depth.ts';
import { textProblem } from './text.ts';

export interface JsonProblem {
  path: PropertyKey[];
  message: string;
}

export interface Examined {
  /** What cannot be stored, anywhere in a value: texts, field names, nesting. */
  problems: JsonProblem[];
  hasNull: boolean;
  /** The nesting is too deep for recursion. */
  isTooDeep: boolean;
}

/**
 * Rules that apply to a JSON value as a whole, whatever its schema. Checked in one pass over all fields, known or not.
 */
export function examineJson(value: unknown): Examined {
  const found: Examined = { problems: [], hasNull: false, isTooDeep: false };
  examine(value, [], found);
  return found;
}

function examine(value: unknown, path: PropertyKey[], found: Examined): void {
  if (value === null) found.hasNull = true;
  if (typeof value === 'string') examineText(value, path, found);
  if (value === null || typeof value !== 'object') return;
  if (path.length >= MAX_DEPTH) {
    found.isTooDeep = true;
    found.problems.push({
      path: path.slice(0, 1),
      message: `must have at most ${MAX_DEPTH} levels of objects and arrays`,
    });
    return;
  }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) within(value[index], index, path, found);
    return;
  }
  for (const name in value) {
    const problem = textProblem(name);
    if (problem) found.problems.push({ path: [...path, name], message: `its name ${problem}` });
    within((value as Record<string, unknown>)[name], name, path, found);
  }
}

/** The path is one list that grows and shrinks; it is copied only for an error. */
function within(item: unknown, name: PropertyKey, path: PropertyKey[], found: Examined): void {
  path.push(name);
  examine(item, path, found);
  path.pop();
}

function examineText(text: string, path: PropertyKey[], found: Examined): void {
  const message = textProblem(text);
  if (message) found.problems.push({ path: [...path], message });
}
