import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import apps from '../../fixtures/open-api/apps-v1.json' with { type: 'json' };
import core from '../../fixtures/open-api/core-v1.json' with { type: 'json' };
import { schemaOfKind } from '../open-api/schema-node.ts';
import { listKeysOf } from './list-keys-of.ts';
import { pathText } from './path.ts';
import { atomicLists, threeWayMerge, type ListKeys, type MergeChoice } from './three-way-merge.ts';
import { sameValue } from './values.ts';

const deployment = listKeysOf(schemaOfKind(apps, { group: 'apps', version: 'v1', kind: 'Deployment' }));
const service = listKeysOf(schemaOfKind(core, { group: '', version: 'v1', kind: 'Service' }));

const pod = (...containers: object[]) => ({ spec: { template: { spec: { containers } } } });
const web = { name: 'web', image: 'nginx:1', ports: [{ containerPort: 80 }] };
const side = { name: 'side', image: 'envoy:1' };

describe('keyed lists', () => {
  test('both changed another container, another field, and added one: all of it survives', () => {
    const base = pod(web, side);
    const theirs = pod(web, { ...side, image: 'envoy:2' }, { name: 'theirs', image: 'a' });
    const mine = pod({ ...web, image: 'nginx:2' }, { name: 'mine', image: 'b' }, side);
    expect(threeWayMerge(base, theirs, mine, deployment)).toEqual({
      merged: pod(
        { ...web, image: 'nginx:2' },
        { name: 'mine', image: 'b' },
        { ...side, image: 'envoy:2' },
        { name: 'theirs', image: 'a' },
      ),
      conflicts: [],
    });
  });

  test('the same field of the same container: a conflict with its path, and nothing else', () => {
    const theirs = pod({ ...web, image: 'nginx:2', tty: true });
    const mine = pod({ ...web, image: 'nginx:3' });
    const { merged, conflicts } = threeWayMerge(pod(web), theirs, mine, deployment);
    expect(conflicts.map((each) => ({ ...each, path: pathText(each.path) }))).toEqual([
      {
        path: 'spec.template.spec.containers[name=web].image',
        base: 'nginx:1',
        theirs: 'nginx:2',
        mine: 'nginx:3',
      },
    ]);
    expect(merged).toEqual(pod({ ...web, image: 'nginx:3', tty: true }));
  });

  test('one changed what the other removed', () => {
    const theirs = pod(web, { ...side, image: 'envoy:2' });
    const { merged, conflicts } = threeWayMerge(pod(web, side), theirs, pod(web), deployment);
    expect(conflicts).toMatchObject([{ base: side, theirs: { image: 'envoy:2' }, mine: undefined }]);
    expect(merged).toEqual(pod(web));
    const choices = new Map<string, MergeChoice>([['spec.template.spec.containers[name=side]', 'theirs']]);
    expect(threeWayMerge(pod(web, side), theirs, pod(web), deployment, choices).merged).toEqual(theirs);
  });

  test('a key field left out has its default', () => {
    const ports = (...list: object[]) => ({ spec: { ports: list } });
    const base = ports({ port: 53, protocol: 'TCP' }, { port: 53, protocol: 'UDP' });
    const theirs = ports({ port: 53, protocol: 'TCP', nodePort: 30053 }, { port: 53, protocol: 'UDP' });
    const mine = ports({ port: 53, name: 'dns' }, { port: 53, protocol: 'UDP' });
    expect(threeWayMerge(base, theirs, mine, service)).toEqual({
      merged: ports({ port: 53, nodePort: 30053, name: 'dns' }, { port: 53, protocol: 'UDP' }),
      conflicts: [],
    });
  });

  test('without keys, with a key twice or an item without one: as a whole', () => {
    const args = (...list: string[]) => pod({ name: 'web', args: list });
    const conflict = threeWayMerge(args('a'), args('a', 'b'), args('a', 'c'), deployment);
    expect(conflict.conflicts.map(({ path }) => pathText(path))).toEqual([
      'spec.template.spec.containers[name=web].args',
    ]);
    for (const odd of [pod(web, web), pod({ image: 'x' })]) {
      expect(threeWayMerge(pod(web), pod(web, side), odd, deployment).conflicts).toMatchObject([
        { path: ['spec', 'template', 'spec', 'containers'] },
      ]);
    }
  });

  test('a new order of one side is kept, the other side’s additions find their place', () => {
    const named = (names: string) => pod(...names.split('').map((name) => ({ name })));
    const order = (base: string, theirs: string, mine: string) =>
      (
        threeWayMerge(named(base), named(theirs), named(mine), deployment).merged as ReturnType<typeof pod>
      ).spec.template.spec.containers
        .map((each) => (each as { name: string }).name)
        .join('');
    expect(order('abc', 'abcd', 'cba')).toBe('cdba');
    expect(order('abc', 'cab', 'abxc')).toBe('cabx');
    expect(order('a', 'ab', 'ac')).toBe('abc');
    expect(order('ab', 'xab', 'ab')).toBe('xab');
  });
});

test('sets: additions and removals of both', () => {
  const finalizers = (...list: string[]) => ({ metadata: { finalizers: list } });
  expect(
    threeWayMerge(finalizers('a', 'b'), finalizers('b', 'x'), finalizers('a', 'b', 'y'), deployment),
  ).toEqual({ merged: finalizers('b', 'x', 'y'), conflicts: [] });
});

describe('whatever the object', () => {
  const keyed: ListKeys = (path) => (path.at(-1) === 'keyed' ? { keys: [{ name: 'name' }] } : 'atomic');
  const item = fc.record({ name: fc.constantFrom('p', 'q', 'r'), v: fc.integer({ min: 0, max: 2 }) });
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.integer({ min: 0, max: 2 }),
      fc.record(
        {
          a: tie('value'),
          b: tie('value'),
          keyed: fc.uniqueArray(item, { selector: ({ name }) => name }),
          list: fc.array(tie('value'), { maxLength: 2 }),
        },
        { requiredKeys: [] },
      ),
    ),
  }));
  const same = (one: unknown, other: unknown) => {
    if (!sameValue(one, other)) expect(one).toEqual(other);
  };

  test('whoever changed nothing takes the other side', () => {
    fc.assert(
      fc.property(value, value, (base, changed) => {
        for (const [theirs, mine] of [
          [base, changed],
          [changed, base],
          [changed, changed],
        ]) {
          const { merged, conflicts } = threeWayMerge(base, theirs, mine, keyed);
          same(merged, changed);
          expect(conflicts).toEqual([]);
        }
      }),
    );
  });

  test('a conflict is one from both sides; the choice decides it', () => {
    fc.assert(
      fc.property(value, value, value, (base, theirs, mine) => {
        const here = threeWayMerge(base, theirs, mine, keyed);
        const there = threeWayMerge(base, mine, theirs, keyed);
        const paths = ({ conflicts }: typeof here) => conflicts.map(({ path }) => pathText(path)).toSorted();
        expect(paths(here)).toEqual(paths(there));
        const choices = new Map(
          here.conflicts.map(({ path }) => [pathText(path), 'theirs'] as [string, MergeChoice]),
        );
        const chosen = threeWayMerge(base, theirs, mine, keyed, choices);
        expect(chosen.conflicts).toEqual(here.conflicts);
        // what is theirs now conflicts with theirs no more
        expect(threeWayMerge(base, theirs, chosen.merged, keyed).conflicts).toEqual([]);
      }),
    );
  });

  test('changes of different fields both survive', () => {
    fc.assert(
      fc.property(value, value, value, value, (a, b, theirs, mine) => {
        const { merged, conflicts } = threeWayMerge({ a, b }, { a: theirs, b }, { a, b: mine }, atomicLists);
        same(merged, { a: theirs, b: mine });
        expect(conflicts).toEqual([]);
      }),
    );
  });
});
