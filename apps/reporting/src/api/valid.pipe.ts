import { fieldErrors } from '#libs/contracts';
import type { PipeTransform } from '@nestjs/common';
import type { z } from 'zod';
import { badRequest } from './problem.ts';

/** Reads what a caller sent by a schema; what breaks it is answered with 400, naming fields and rules, never values. */
export class Valid<S extends z.ZodType> implements PipeTransform<unknown, z.infer<S>> {
  private readonly schema: S;

  constructor(schema: S) {
    this.schema = schema;
  }

  transform(given: unknown): z.infer<S> {
    const parsed = this.schema.safeParse(withoutEmpty(given));
    if (!parsed.success) throw badRequest(fieldErrors(parsed.error));
    return parsed.data;
  }
}

/** `?status=&limit=` leaves both out, as forms mean it. */
function withoutEmpty(given: unknown): unknown {
  if (given === null || typeof given !== 'object' || Array.isArray(given)) return given;
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
}
