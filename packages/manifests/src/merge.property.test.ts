import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { effectiveSpec } from './effective-spec.ts';
import { mergeItems, mergeMaps } from './merge.ts';
import { anyApplication, anyOverrides, inAnotherOrder } from './testing/arbitraries.ts';
import { defaults, instance } from './testing/inputs.ts';

interface Item {
  name: string;
  value: number;
}
const names = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const item = fc.record({ name: names, value: fc.integer() });
const items = fc.uniqueArray(item, { selector: ({ name }) => name });
const own = fc.uniqueArray(fc.oneof(item, fc.record({ name: names, unset: fc.constant(true as const) })), {
  selector: ({ name }) => name,
});
const isItem = (each: { name: string }): each is Item => !('unset' in each);

describe('items by name', () => {
  test('own wins, unset removes, the others stay as they are', () => {
    fc.assert(
      fc.property(items, own, (inherited, mine) => {
        const merged = mergeItems('name', inherited, mine);
        const named = new Set(mine.map(({ name }) => name));
        expect(merged.filter(({ name }) => named.has(name)).toSorted(byName)).toEqual(
          mine.filter(isItem).toSorted(byName),
        );
        expect(merged.filter(({ name }) => !named.has(name))).toEqual(
          inherited.filter(({ name }) => !named.has(name)),
        );
      }),
    );
  });

  test('the inherited order is kept, and new ones follow in theirs', () => {
    fc.assert(
      fc.property(items, own, (inherited, mine) => {
        const order = [...inherited, ...mine].map(({ name }) => name);
        const at = mergeItems('name', inherited, mine).map(({ name }) => order.indexOf(name));
        expect(at).toEqual(at.toSorted((one, other) => one - other));
      }),
    );
  });

  test('twice is as once; where nothing is unset, layers may be merged in any grouping', () => {
    fc.assert(
      fc.property(items, own, items, items, (one, mine, two, three) => {
        const once = mergeItems('name', one, mine);
        expect(mergeItems('name', once, mine)).toEqual(once);
        expect(mergeItems('name', mergeItems('name', one, two), three)).toEqual(
          mergeItems('name', one, mergeItems('name', two, three)),
        );
        expect(mergeItems('name', one, [])).toEqual(one);
        expect(mergeItems('name', [] as Item[], one)).toEqual(one);
      }),
    );
  });
});

test('of a map the nearest layer that names a key decides', () => {
  const layer = fc.dictionary(names, fc.option(fc.string()));
  fc.assert(
    fc.property(layer, layer, layer, (near, middle, far) => {
      const merged = mergeMaps([
        ['near', near],
        ['middle', middle],
        ['far', far],
      ]);
      for (const name of ['a', 'b', 'c', 'd', 'e']) {
        const first = [near, middle, far].find((map) => Object.hasOwn(map, name));
        expect(merged.get(name)?.value).toEqual(first?.[name]);
      }
    }),
  );
});

describe('the whole of a spec', () => {
  const merge = (application: Parameters<typeof effectiveSpec>[0]['application'], overrides: object) =>
    effectiveSpec({ application, instance: instance({ overrides }), defaults: defaults() });

  test('has no null and nothing unset in it, and tells of everything where it is from', () => {
    fc.assert(
      fc.property(anyApplication, anyOverrides, (application, overrides) => {
        const { spec, origins } = merge(application, overrides);
        expect(JSON.stringify(spec)).not.toMatch(/:null|"unset"/);
        for (const { name } of spec.container.env ?? [])
          expect(origins.has(`container.env.${name}`)).toBe(true);
        for (const key of Object.keys(spec.pod.labels ?? {}))
          expect(origins.has(`pod.labels.${key}`)).toBe(true);
        for (const key of ['service', 'ingress', 'config', 'strategy'] as const)
          if (spec[key] !== undefined) expect(origins.has(key)).toBe(true);
      }),
    );
  });

  test('taken as the application it stays the same under the same overrides', () => {
    fc.assert(
      fc.property(anyApplication, anyOverrides, (application, overrides) => {
        const { spec } = merge(application, overrides);
        expect(merge(spec, overrides).spec).toEqual(spec);
        expect(merge(spec, {}).spec).toEqual(spec);
      }),
    );
  });

  test('is the same in whichever order the keys of its input are', () => {
    fc.assert(
      fc.property(anyApplication, anyOverrides, (application, overrides) => {
        expect(merge(inAnotherOrder(application), inAnotherOrder(overrides)).spec).toEqual(
          merge(application, overrides).spec,
        );
      }),
    );
  });
});

function byName(one: { name: string }, other: { name: string }): number {
  return one.name < other.name ? -1 : 1;
}
