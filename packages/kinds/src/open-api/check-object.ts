import { isExact, isRecord, ownValue } from '../merge/values.ts';
import type { PlainPath } from '../merge/path.ts';
import type { SchemaNode, SchemaType } from './schema-node.ts';

/** What a schema says against a value. */
export type SchemaProblem = { path: PlainPath } & (
  | { code: 'unknownField'; name: string; known: readonly string[] }
  | { code: 'missingField'; name: string }
  | { code: 'wrongType'; wanted: SchemaType }
  | { code: 'notInEnum'; allowed: readonly (string | number | boolean)[] }
);

const mostProblems = 50;
const mostValues = 20_000;
const deepest = 60;

/**
 * What the apiserver would say of an object's fields (`fieldValidation=Strict`), as far as the schema tells: unknown and
 * missing fields, types, enums. Rules beyond that (patterns, CEL, defaults that depend on others) are the cluster's.
 */
export function checkObject(root: SchemaNode, object: unknown): SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  let left = mostValues;
  const check = (node: SchemaNode, value: unknown, path: PlainPath): void => {
    left -= 1;
    // null is "not set" to Kubernetes
    if (value === null || value === undefined || left < 0 || path.length > deepest) return;
    if (problems.length >= mostProblems) return;
    const { type } = node;
    if (!fits(type, value)) {
      problems.push({ path, code: 'wrongType', wanted: type });
      return;
    }
    const allowed = node.enum;
    if (allowed.length > 0 && !allowed.includes(value as string))
      problems.push({ path, code: 'notInEnum', allowed });
    if (Array.isArray(value)) {
      const items = node.items();
      if (items !== null) value.forEach((item, index) => check(items, item, [...path, index]));
    } else if (isRecord(value)) {
      checkFields(node, value, path, problems, check);
    }
  };
  check(root, object, []);
  return problems.slice(0, mostProblems);
}

const embeddedFields = ['apiVersion', 'kind', 'metadata'];

function checkFields(
  node: SchemaNode,
  value: Record<string, unknown>,
  path: PlainPath,
  problems: SchemaProblem[],
  check: (node: SchemaNode, value: unknown, path: PlainPath) => void,
): void {
  for (const [name, item] of Object.entries(value)) {
    const field = node.field(name);
    if (field !== null) check(field, item, [...path, name]);
    else if (!node.isOpen && !(node.isEmbedded && embeddedFields.includes(name)))
      problems.push({ path: [...path, name], code: 'unknownField', name, known: node.fieldNames });
  }
  for (const name of node.required) {
    if (ownValue(value, name) === undefined && isEmpty(node.field(name)?.default))
      problems.push({ path, code: 'missingField', name });
  }
}

/** Go's zero value: the apiserver fills it in, and then misses what should be there. */
function isEmpty(value: unknown): boolean {
  return (
    value === undefined || value === '' || value === 0 || (isRecord(value) && Object.keys(value).length === 0)
  );
}

function fits(type: SchemaType, value: unknown): boolean {
  const isNumber = typeof value === 'number' || isExact(value);
  switch (type) {
    case 'object':
      return isRecord(value);
    case 'array':
      return Array.isArray(value);
    case 'string':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
    case 'number':
      return isNumber;
    case 'integer':
      return isExact(value) || Number.isInteger(value);
    case 'intOrString':
    case 'quantity':
      return isNumber || typeof value === 'string';
    default:
      return true;
  }
}
