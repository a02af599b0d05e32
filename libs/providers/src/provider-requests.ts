import { type FieldError, fieldErrors } from '#libs/contracts';
import { z } from 'zod';

/** What upstream may request of one provider alone. `R`: a request of its channel. */
export interface ProviderRequests<R> {
  /**
   * The options under the provider's name in `providerOptions`. Strict: a misspelt option would be ignored silently.
   */
  readonly options: z.ZodObject;
  /** Rules about the options together with the rest of a request. */
  check?(request: R, context: z.RefinementCtx): void;
}

/** A provider's name in requests. */
export interface NamedProvider<R> {
  readonly name: string;
  readonly templateIds?: RegExp;
  readonly requests?: ProviderRequests<R>;
}

/** The fields of a request that name providers of its channel, which the contract cannot define. */
export function providerFields<R>(catalogue: readonly NamedProvider<R>[]) {
  const names = catalogue.map(({ name }) => name);
  const options = catalogue.flatMap(({ name, requests }) => (requests ? [[name, requests.options.optional()]] : []));
  return {
    provider: z
      .enum(names, { error: `must be ${names.join(' or ')}` })
      .optional()
      .describe('Preferred provider; another may be used when it cannot send.'),
    ...(options.length > 0 && {
      providerOptions: z.looseObject(Object.fromEntries(options) as Record<string, z.ZodType>).optional(),
    }),
  };
}

/**
 * Checks requests by the rules of a catalogue.
 * @returns the field errors of a request
 */
export function providerRules<R>(catalogue: readonly NamedProvider<R>[]): (request: R) => FieldError[] {
  const schema = z.looseObject(providerFields(catalogue)).superRefine((request, context) => {
    for (const { requests } of catalogue) requests?.check?.(request as R, context);
  });
  return (request) => {
    const { error } = schema.safeParse(request);
    return error ? fieldErrors(error) : [];
  };
}

/** The provider that keeps a template, and the template's id there; undefined: the name is that of our own template. */
export function templateOwner(
  name: string,
  catalogue: readonly Pick<NamedProvider<never>, 'name' | 'templateIds'>[],
): { provider: string; id: string } | undefined {
  const [, named, id] = /^([a-z]+):(.+)$/.exec(name) ?? [];
  if (named !== undefined && id !== undefined) return { provider: named, id };
  const owner = catalogue.find(({ templateIds }) => templateIds?.test(name));
  return owner && { provider: owner.name, id: name };
}
