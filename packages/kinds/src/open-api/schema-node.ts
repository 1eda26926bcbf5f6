import { isRecord, ownValue } from '../merge/values.ts';

/** References and `allOf`s followed for one schema. */
const mostHops = 16;
/** Fields of one object, values of one enum, schemas of one document. */
const mostFields = 1000;
const mostEnum = 200;
const mostSchemas = 20_000;
const longestDescription = 4000;

export type SchemaType =
  | 'object'
  | 'array'
  | 'string'
  | 'integer'
  | 'number'
  | 'boolean'
  | 'intOrString'
  | 'quantity'
  | 'any';

/**
 * A place in a cluster's OpenAPI document, looked at when asked. The document is the cluster's, or a CRD author's: only
 * own keys are read, references are followed a bounded number of times, patterns are never run.
 */
export class SchemaNode {
  readonly #document: unknown;
  readonly #schema: Record<string, unknown>;
  /** The schema that a reference leads to; what stands beside the reference wins. */
  readonly #target: Record<string, unknown>;

  constructor(document: unknown, schema: unknown) {
    this.#document = document;
    this.#schema = isRecord(schema) ? schema : {};
    this.#target = this.#follow();
  }

  get description(): string {
    const text = this.#own('description');
    return typeof text === 'string' ? text.slice(0, longestDescription) : '';
  }

  get type(): SchemaType {
    if (this.#own('x-kubernetes-int-or-string') === true || this.#own('format') === 'int-or-string')
      return 'intOrString';
    const type = this.#own('type');
    switch (type) {
      case 'object':
      case 'array':
      case 'string':
      case 'integer':
      case 'number':
      case 'boolean':
        return type;
      default:
        break;
    }
    const oneOf = this.#own('oneOf');
    const types = (Array.isArray(oneOf) ? oneOf.slice(0, 4) : []).map((each) =>
      isRecord(each) ? each['type'] : null,
    );
    if (types.includes('string') && types.includes('number')) return 'quantity';
    if (types.includes('string') && types.includes('integer')) return 'intOrString';
    return isRecord(this.#own('properties')) ? 'object' : 'any';
  }

  /** The values it may have; empty where any will do. */
  get enum(): readonly (string | number | boolean)[] {
    const values = this.#own('enum');
    if (!Array.isArray(values)) return [];
    return values
      .slice(0, mostEnum)
      .filter((value) => ['string', 'number', 'boolean'].includes(typeof value));
  }

  /** What the apiserver fills in; undefined where nothing is. */
  get default(): unknown {
    return this.#own('default');
  }

  /** Fields that an object needs. */
  get required(): readonly string[] {
    const names = this.#own('required');
    return Array.isArray(names) ? names.slice(0, mostFields).filter((name) => typeof name === 'string') : [];
  }

  /** Names of an object's fields, in the document's order. */
  get fieldNames(): readonly string[] {
    const properties = this.#own('properties');
    return isRecord(properties) ? Object.keys(properties).slice(0, mostFields) : [];
  }

  /** Whether an object may have fields that the schema does not name (a map, or anything at all). */
  get isOpen(): boolean {
    if (this.#own('x-kubernetes-preserve-unknown-fields') === true) return true;
    const additional = this.#own('additionalProperties');
    if (additional !== undefined) return additional !== false;
    return !isRecord(this.#own('properties'));
  }

  /** Whether it holds a whole object of its own, with apiVersion, kind and metadata. */
  get isEmbedded(): boolean {
    return this.#own('x-kubernetes-embedded-resource') === true;
  }

  /** The schema of an object's field, named or of a map. */
  field(name: string): SchemaNode | null {
    const properties = this.#own('properties');
    if (isRecord(properties) && Object.hasOwn(properties, name))
      return new SchemaNode(this.#document, properties[name]);
    const additional = this.#own('additionalProperties');
    return isRecord(additional) ? new SchemaNode(this.#document, additional) : null;
  }

  /** The schema of a list's items. */
  items(): SchemaNode | null {
    const items = this.#own('items');
    return isRecord(items) ? new SchemaNode(this.#document, items) : null;
  }

  /** How a list is merged: its key fields, `set`, or null: as a whole. */
  get listKey(): readonly string[] | 'set' | null {
    const type = this.#own('x-kubernetes-list-type');
    if (type === 'set') return 'set';
    const keys = this.#own('x-kubernetes-list-map-keys');
    if (
      Array.isArray(keys) &&
      keys.length > 0 &&
      keys.length <= 16 &&
      keys.every((key) => typeof key === 'string')
    )
      return keys;
    if (type === 'atomic') return null;
    const mergeKey = this.#own('x-kubernetes-patch-merge-key');
    const strategy = this.#own('x-kubernetes-patch-strategy');
    return typeof mergeKey === 'string' &&
      typeof strategy === 'string' &&
      strategy.split(',').includes('merge')
      ? [mergeKey]
      : null;
  }

  #own(key: string): unknown {
    return ownValue(this.#schema, key) ?? ownValue(this.#target, key);
  }

  #follow(): Record<string, unknown> {
    let schema = this.#schema;
    for (let hops = 0; hops < mostHops; hops += 1) {
      const next = referenced(this.#document, schema);
      if (next === null) break;
      schema = next;
    }
    return schema;
  }
}

const prefix = '#/components/schemas/';

function schemasOf(document: unknown): Record<string, unknown> {
  const components = isRecord(document) ? ownValue(document, 'components') : undefined;
  const schemas = isRecord(components) ? ownValue(components, 'schemas') : undefined;
  return isRecord(schemas) ? schemas : {};
}

function referenced(document: unknown, schema: Record<string, unknown>): Record<string, unknown> | null {
  const reference = ownValue(schema, '$ref');
  if (typeof reference === 'string') {
    if (!reference.startsWith(prefix)) return null;
    const target = ownValue(schemasOf(document), reference.slice(prefix.length));
    return isRecord(target) ? target : null;
  }
  const allOf = ownValue(schema, 'allOf');
  const [only] = Array.isArray(allOf) ? (allOf as unknown[]) : [];
  return isRecord(only) && (Object.hasOwn(only, '$ref') || Object.hasOwn(only, 'allOf')) ? only : null;
}

/**
 * The schema of a kind in a cluster's OpenAPI v3 document of its group and version; null where the document has none.
 * @param group without a name for the core group.
 */
export function schemaOfKind(
  document: unknown,
  wanted: { group: string; version: string; kind: string },
): SchemaNode | null {
  const schemas = schemasOf(document);
  for (const schema of Object.values(schemas).slice(0, mostSchemas)) {
    const names = isRecord(schema) ? ownValue(schema, 'x-kubernetes-group-version-kind') : undefined;
    if (!Array.isArray(names)) continue;
    const isWanted = names
      .slice(0, mostEnum)
      .some(
        (name) =>
          isRecord(name) &&
          name['kind'] === wanted.kind &&
          (name['group'] ?? '') === wanted.group &&
          name['version'] === wanted.version,
      );
    if (isWanted) return new SchemaNode(document, schema);
  }
  return null;
}

/** The schema at a path (list items by any step); null where the schema says nothing of it. */
export function schemaAt(root: SchemaNode, path: readonly unknown[]): SchemaNode | null {
  let node: SchemaNode | null = root;
  for (const step of path) {
    if (node === null) return null;
    const isItem = typeof step !== 'string';
    node = isItem ? node.items() : node.field(step);
  }
  return node;
}
