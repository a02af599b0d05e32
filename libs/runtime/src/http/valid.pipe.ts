import { type FieldError, fieldErrors } from '#libs/contracts';
import { BadRequestException, type PipeTransform } from '@nestjs/common';
import type { z } from 'zod';

/** The one shape of every error response of our APIs. */
export interface Problem {
  code: string;
  message: string;
  remedy: string;
  fields?: FieldError[];
}

export function badRequest(
  fields: FieldError[],
  remedy = 'Correct the named fields; /docs says what each may hold.',
): BadRequestException {
  const message = fields.map(({ field, rule }) => `${field}: ${rule}`).join('; ');
  const problem: Problem = { code: 'MSG_BAD_REQUEST', message, remedy, fields };
  return new BadRequestException(problem);
}

/** Parses what a caller sent by a schema; a violation is answered with 400, naming fields and rules, never values. */
export class Valid<S extends z.ZodType> implements PipeTransform<unknown, z.infer<S>> {
  constructor(
    private readonly schema: S,
    private readonly remedy?: string,
  ) {}

  transform(given: unknown): z.infer<S> {
    const parsed = this.schema.safeParse(withoutEmpty(given));
    if (!parsed.success) throw badRequest(fieldErrors(parsed.error), this.remedy);
    return parsed.data;
  }
}

/** HTML forms send `?status=&limit=` for fields that are left empty. */
function withoutEmpty(given: unknown): unknown {
  if (given === null || typeof given !== 'object' || Array.isArray(given)) return given;
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
}
