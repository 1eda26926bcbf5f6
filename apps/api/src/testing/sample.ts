import type { Endpoint } from '@pilothouse/contract';
import { z } from 'zod';

/** What a call is made of, before it is validated. */
export interface Sample {
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
}

type Json = z.core.JSONSchema.JSONSchema;

const uuid = '01900000-0000-7000-8000-000000000000';
/** Tried one after the other against a pattern. */
const words = ['walked', 'v1', uuid, 'f'.repeat(64), '1', 'w', 'walked/walked', '/walked'];

/**
 * A valid call of an endpoint, as small as its schemas allow, with these values where a schema asks for them by name.
 * Throws for schemas it cannot satisfy: such an endpoint needs a sample of its own.
 */
export function sampleOf(endpoint: Endpoint, values: Readonly<Record<string, unknown>>): Sample {
  const sample: Sample = {};
  if (endpoint.params) sample.params = valueOf(endpoint.params, values) as Record<string, string>;
  if (endpoint.query) sample.query = valueOf(endpoint.query, values) as Record<string, string>;
  if (endpoint.body) sample.body = valueOf(endpoint.body, values);
  return sample;
}

function valueOf(schema: z.ZodType, values: Readonly<Record<string, unknown>>): unknown {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' });
  const value = jsonValue(json, values);
  schema.parse(value);
  return value;
}

function jsonValue(schema: Json, values: Readonly<Record<string, unknown>>): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum !== undefined) return schema.enum[0];
  const [choice] = schema.anyOf ?? schema.oneOf ?? [];
  if (choice !== undefined) return jsonValue(choice as Json, values);
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [
          name,
          namedValue(schema.properties?.[name] as Json, values, name),
        ]),
      );
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => jsonValue(schema.items as Json, values));
    case 'integer':
    case 'number':
      return Math.max(schema.minimum ?? 0, 0);
    case 'boolean':
      return false;
    case 'string':
      return stringFor(schema);
    default:
      return {};
  }
}

function namedValue(schema: Json, values: Readonly<Record<string, unknown>>, name: string): unknown {
  const wanted = values[name];
  const isWanted = typeof wanted === 'string' ? isText(schema) : wanted !== undefined;
  return isWanted ? wanted : jsonValue(schema, values);
}

function isText({ type, const: fixed, anyOf, enum: choices }: Json): boolean {
  return (
    fixed === undefined &&
    choices === undefined &&
    (type === 'string' || (anyOf ?? []).some((each) => isText(each as Json)))
  );
}

function stringFor({ format, pattern, minLength = 0 }: Json): string {
  if (format === 'uuid') return uuid;
  if (format === 'date-time') return '2026-01-01T00:00:00Z';
  const fits = words.find(
    (word) => word.length >= minLength && (pattern === undefined || new RegExp(pattern, 'u').test(word)),
  );
  if (fits === undefined) throw new Error(`no sample for the pattern ${pattern}`);
  return fits;
}
