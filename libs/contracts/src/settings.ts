import { z } from 'zod';

/** A secret setting: printed as `[set]`; `NAME_FILE` may name a file that contains it. */
export const secret = (setting: z.ZodString = z.string().min(1)) => setting.meta({ secret: true });

/** A port to listen on. */
export const port = (standard: number) => z.coerce.number().int().min(0).max(65_535).default(standard);

/** A duration in milliseconds. */
export const milliseconds = (standard: number) => z.coerce.number().int().positive().default(standard);

/** true/false, yes/no, on/off, 1/0. */
export const flag = (standard: boolean) => z.stringbool().default(standard);

/** A setting whose text is JSON. */
export const json = <S extends z.ZodType>(schema: S) =>
  z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'must be JSON' });
        return z.NEVER;
      }
    })
    .pipe(schema);
