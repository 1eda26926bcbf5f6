import { kinds } from '@pilothouse/kinds';
import { expect, test } from 'vitest';
import { builtInRoles } from '../../authz/built-in-roles.ts';
import { menuSeeds, type MenuSeed } from './menus.ts';

const entries = (seeds: MenuSeed[]): MenuSeed[] =>
  seeds.flatMap((seed) => [seed, ...entries(seed.children ?? [])]);
const keys = entries(menuSeeds).map(({ key }) => key);

test('each entry has a key of its own, and every kind with a place has an entry', () => {
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  const placed = [...kinds.values()].filter(({ menu }) => menu !== null).map(({ plural }) => plural);
  expect(keys).toEqual(expect.arrayContaining(placed));
});

test('roles show what they may list, and nothing that is not in the menu', () => {
  const menusOf = (role: string) => builtInRoles.find(({ name }) => name === role)?.menus ?? [];
  expect(menusOf('developer')).toEqual(expect.arrayContaining(['pods', 'deployments', 'events']));
  for (const hidden of ['nodes', 'secrets', 'users']) expect(menusOf('developer')).not.toContain(hidden);
  expect(menusOf('viewer')).toContain('nodes');
  for (const [role, applies] of [
    ['viewer', false],
    ['developer', false],
    ['operator', true],
  ] as const)
    expect([role, menusOf(role).includes('applyYaml')]).toEqual([role, applies]);
  expect(menusOf('viewer')).not.toContain('secrets');
  expect(menusOf('cluster-admin')).toEqual(expect.arrayContaining(['nodes', 'secrets']));
  for (const { menus } of builtInRoles) expect(keys).toEqual(expect.arrayContaining(menus));
});
