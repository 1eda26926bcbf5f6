import { describe, expect, test } from 'vitest';
import apps from '../../fixtures/open-api/apps-v1.json' with { type: 'json' };
import { listKeysOf } from '../merge/list-keys-of.ts';
import { checkObject } from './check-object.ts';
import { schemaAt, schemaOfKind, SchemaNode } from './schema-node.ts';

const wanted = { group: 'apps', version: 'v1', kind: 'Deployment' };
const deployment = schemaOfKind(apps, wanted) as SchemaNode;
const containers = ['spec', 'template', 'spec', 'containers'];

describe('a real cluster’s document', () => {
  test('types, through references', () => {
    const type = (...path: (string | number)[]) => schemaAt(deployment, path)?.type;
    expect(type('spec', 'replicas')).toBe('integer');
    expect(type(...containers)).toBe('array');
    expect(type(...containers, 0, 'image')).toBe('string');
    expect(type(...containers, 0, 'resources', 'limits', 'cpu')).toBe('quantity');
    expect(type('spec', 'strategy', 'rollingUpdate', 'maxSurge')).toBe('intOrString');
    expect(type('metadata', 'labels', 'any')).toBe('string');
    expect(schemaAt(deployment, ['spec', 'nothing', 'below'])).toBeNull();
    expect(schemaOfKind(apps, { ...wanted, version: 'v2' })).toBeNull();
  });

  test('how lists are merged', () => {
    const keys = listKeysOf(deployment);
    expect(keys(containers)).toMatchObject({ keys: [{ name: 'name' }] });
    expect(keys([...containers, { name: 'web' }, 'ports'])).toMatchObject({
      keys: [{ name: 'containerPort' }, { name: 'protocol', default: 'TCP' }],
    });
    expect(keys([...containers, 0, 'args'])).toBe('atomic');
    expect(keys(['metadata', 'finalizers'])).toBe('set');
    expect(keys(['spec', 'template', 'spec', 'tolerations'])).toBe('atomic');
    expect(keys(['no', 'such', 'field'])).toBe('atomic');
    expect(listKeysOf(null)(containers)).toBe('atomic');
  });

  test('unknown fields, missing ones and wrong types, where they stand', () => {
    const object = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'x', creationTimestamp: null, labels: { a: 1 } },
      spec: {
        replica: 1,
        replicas: '2',
        selector: {},
        template: { spec: { containers: [{ image: 'a', ports: [{ containerPort: 'http' }] }] } },
        strategy: { rollingUpdate: { maxSurge: '25%', maxUnavailable: 1 } },
      },
    };
    expect(checkObject(deployment, object).map(({ code, path }) => [code, path.join('.')])).toEqual([
      ['wrongType', 'metadata.labels.a'],
      ['unknownField', 'spec.replica'],
      ['wrongType', 'spec.replicas'],
      ['wrongType', 'spec.template.spec.containers.0.ports.0.containerPort'],
      ['missingField', 'spec.template.spec.containers.0'],
    ]);
  });
});

describe('hostile documents', () => {
  const node = (schemas: object, name = 'a') =>
    new SchemaNode({ components: { schemas } }, { $ref: `#/components/schemas/${name}` });
  const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });

  test('circles end', () => {
    const circle = node({ a: ref('b'), b: { allOf: [ref('a')] } });
    expect([circle.type, circle.description, circle.fieldNames]).toEqual(['any', '', []]);
    const endless = node({ a: { type: 'object', properties: { a: ref('a') } } });
    let value: object = {};
    for (let depth = 0; depth < 5000; depth += 1) value = { a: value };
    expect(checkObject(endless, value)).toEqual([]);
  });

  test('patterns are never run, keys of prototypes are no schemas', () => {
    const evil = node({ a: { type: 'object', properties: { x: { type: 'string', pattern: '^(a+)+$' } } } });
    expect(checkObject(evil, { x: `${'a'.repeat(100)}!` })).toEqual([]);
    expect(node({}, '__proto__').fieldNames).toEqual([]);
    expect(evil.field('constructor')).toBeNull();
    expect(schemaOfKind(JSON.parse('{"__proto__":{"components":{}}}'), wanted)).toBeNull();
  });

  test('odd values in the place of schemas are no schema', () => {
    for (const odd of [
      null,
      1,
      'x',
      [],
      { type: 7, properties: [], items: 1, enum: {}, required: 'x', oneOf: [1] },
    ]) {
      const made = new SchemaNode(odd, odd);
      expect([made.type, made.enum, made.required, made.fieldNames, made.items(), made.listKey]).toEqual([
        'any',
        [],
        [],
        [],
        null,
        null,
      ]);
    }
  });

  test('as many fields, values and words as fit', () => {
    const properties = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`f${index}`, {}]));
    const large = node({ a: { properties, enum: Object.keys(properties), description: 'x'.repeat(1e6) } });
    expect([large.fieldNames.length, large.enum.length, large.description.length]).toEqual([1000, 200, 4000]);
    expect(checkObject(node({ a: { type: 'object', properties: {} } }), properties)).toHaveLength(50);
  });
});
