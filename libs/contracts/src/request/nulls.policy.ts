import { z } from 'zod';

/**
 * Removes nulls that are given for an optional field or an entry of a map, because many serialisers write null for what
 * is absent. A null for a required field stays, and the schema refuses it.
 */
export function withoutNulls(schema: z.core.$ZodType, value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  const { def } = (schema as z.ZodType)._zod;
  if (isKind(def, 'union'))
    return withoutNulls(
      def.options.find((option) => isListSchema(option) === Array.isArray(value)) ?? z.unknown(),
      value,
    );
  if (isKind(def, 'lazy')) return withoutNulls(def.getter(), value);
  if ('innerType' in def) return withoutNulls(def.innerType as z.core.$ZodType, value);
  if (isKind(def, 'pipe')) return withoutNulls(isKind(def.in._zod.def, 'transform') ? def.out : def.in, value);
  if (isKind(def, 'array')) return Array.isArray(value) ? value.map((item) => withoutNulls(def.element, item)) : value;
  if (Array.isArray(value)) return value;
  if (isKind(def, 'record'))
    return mapped(value, () => ({ schema: def.valueType, optional: !takesNull(def.valueType) }));
  if (isKind(def, 'object')) return mapped(value, (name) => fieldOf(def.shape, name));
  return value;
}

interface Field {
  schema: z.core.$ZodType;
  optional: boolean;
}

function mapped(value: object, fieldNamed: (name: string) => Field | undefined): object {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, item]): [string, unknown][] => {
      const field = fieldNamed(name);
      if (!field) return [[name, item]];
      return item === null && field.optional ? [] : [[name, withoutNulls(field.schema, item)]];
    }),
  );
}

function fieldOf(shape: Readonly<Record<string, z.core.$ZodType>>, name: string): Field | undefined {
  const schema = Object.hasOwn(shape, name) ? shape[name] : undefined;
  return (
    schema && {
      schema,
      optional: ['optional', 'default', 'prefault'].includes(schema._zod.def.type) && !takesNull(schema),
    }
  );
}

const takesNull = (schema: z.core.$ZodType): boolean => z.safeParse(schema, null).success;

const isListSchema = (schema: z.core.$ZodType): boolean => schema._zod.def.type === 'array';

interface Definitions {
  lazy: z.core.$ZodLazyDef;
  union: z.core.$ZodUnionDef;
  pipe: z.core.$ZodPipeDef;
  array: z.core.$ZodArrayDef;
  record: z.core.$ZodRecordDef;
  object: z.core.$ZodObjectDef;
  transform: z.core.$ZodTransformDef;
}

const isKind = <K extends keyof Definitions>(def: { type: string }, kind: K): def is Definitions[K] =>
  def.type === kind;
