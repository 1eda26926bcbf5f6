import { CompiledGrants, decide, noTree, type Domain, type Requirement } from '@pilothouse/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NarrowedGrants } from './narrowed-grants.ts';

const domains: Domain[] = [
  { kind: 'all' },
  ...['one', 'two'].flatMap((cluster): Domain[] => [
    { kind: 'cluster', cluster },
    { kind: 'namespace', cluster, namespace: 'a' },
    { kind: 'namespace', cluster, namespace: 'b' },
  ]),
  { kind: 'tree', node: 'shop' },
  { kind: 'tree', node: 'cart' },
];
const texts = [
  '*',
  'cluster:one',
  'cluster:one/a',
  'cluster:one/b',
  'cluster:two/a',
  'tree:shop',
  'tree:cart',
];
const tree = { lineOf: (node: string) => ({ shop: ['shop'], cart: ['cart', 'shop'] })[node] ?? [] };
const objects = ['k8s/core/pods', 'k8s/core/services'];
const own = fc
  .array(fc.record({ object: fc.constantFrom(...objects), domain: fc.constantFrom(...texts) }), {
    maxLength: 5,
  })
  .map((grants) => ({
    roles: objects.map((object) => ({ name: object, policies: [{ object, action: 'list' }] })),
    grants: grants.map(({ object, domain }) => ({ role: object, domain })),
  }));
const requirement: fc.Arbitrary<Requirement> = fc.record({
  domain: fc.constantFrom(...domains),
  object: fc.constantFrom(...objects),
  action: fc.constant('list'),
  match: fc.constantFrom('covers', 'narrows', 'entry'),
});
const keyOf = (name: string) => name;

test('a part of some rights allows what both allow, there and nowhere else', () => {
  fc.assert(
    fc.property(own, own, requirement, (maker, scopes, asked) => {
      const [one, other] = [new CompiledGrants(maker, tree), new CompiledGrants(scopes, tree)];
      const both = decide(new NarrowedGrants(one, other), [asked], keyOf);
      const [left, right] = [decide(one, [asked], keyOf), decide(other, [asked], keyOf)];
      if (!left.allowed || !right.allowed) {
        expect(both.allowed).toBe(false);
        return;
      }
      const common =
        left.scope === 'all'
          ? right.scope
          : left.scope.filter((part) => right.scope === 'all' || right.scope.includes(part));
      expect(both).toEqual(
        common.length === 0 ? { allowed: false, missing: asked } : { allowed: true, scope: common },
      );
    }),
  );
});

test('without a tree a scope on a node gives nothing', () => {
  const grants = {
    roles: [{ name: 'r', policies: [{ object: '**', action: 'All' }] }],
    grants: [{ role: 'r', domain: 'tree:cart' }],
  };
  const narrowed = new NarrowedGrants(new CompiledGrants(grants, tree), new CompiledGrants(grants, noTree));
  expect(narrowed.allows({ kind: 'tree', node: 'cart' }, 'k8s/core/pods', 'list')).toBe(false);
});
