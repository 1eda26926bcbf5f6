import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyMergePatch, mergePatch } from './merge-patch.ts';
import { sameValue } from './values.ts';

const keys = fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor');
const leaf = fc.oneof(fc.boolean(), fc.integer({ min: 0, max: 3 }), fc.constantFrom('', 'x', 'y'));
const { value } = fc.letrec<{ value: unknown; object: Record<string, unknown> }>((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, leaf, tie('object'), fc.array(tie('value'), { maxLength: 3 })),
  // as JSON.parse makes them: __proto__ is an own key
  object: fc
    .dictionary(keys, tie('value'), { maxKeys: 4 })
    .map((made) => JSON.parse(JSON.stringify(made)) as never),
}));
const object = value.filter((made) => typeof made === 'object' && !Array.isArray(made));

test('the patch between two objects makes the one of the other', () => {
  fc.assert(
    fc.property(object, object, (from, to) => {
      const before = JSON.stringify(from);
      expect(sameValue(applyMergePatch(from, mergePatch(from, to)), to)).toBe(true);
      expect(JSON.stringify(from)).toBe(before);
    }),
  );
});

test('only what differs is in it', () => {
  const from = {
    spec: { replicas: 1, paused: true, ports: [{ port: 1 }, { port: 2 }], template: { a: 'x' } },
  };
  const to = { spec: { replicas: 2, ports: [{ port: 1 }, { port: 3 }], template: { a: 'x' } } };
  expect(mergePatch(from, to)).toEqual({
    spec: { replicas: 2, paused: null, ports: [{ port: 1 }, { port: 3 }] },
  });
  fc.assert(
    fc.property(object, (same) => {
      expect(mergePatch(same, structuredClone(same))).toEqual({});
    }),
  );
});

test('an emptied object stays, a null is no value', () => {
  expect(mergePatch({ emptyDir: { medium: 'Memory' } }, { emptyDir: {} })).toEqual({
    emptyDir: { medium: null },
  });
  expect(mergePatch({ a: 1 }, { a: null, b: null })).toEqual({ a: null });
  expect(applyMergePatch({ a: 1 }, { b: { c: null, d: 1 } })).toEqual({ a: 1, b: { d: 1 } });
});

test('what stays keeps its place', () => {
  expect(Object.keys(applyMergePatch({ a: 1, b: 2, c: 3 }, { d: 4, b: 5 }) as object)).toEqual([
    'a',
    'b',
    'c',
    'd',
  ]);
});

test('__proto__ is a key like any other', () => {
  const to = JSON.parse('{"__proto__":{"x":1}}') as object;
  const made = applyMergePatch({}, mergePatch({}, to)) as object;
  expect(Object.keys(made)).toEqual(['__proto__']);
  expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
});
