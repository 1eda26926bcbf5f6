import { expect, test } from 'vitest';
import { currentPage, menuModules } from './menu-items.ts';
import { findEntries, paletteEntries } from './palette-entries.ts';

const leaf = (key: string, path: string) => ({ key, path, icon: '', children: [] });
const menu = [
  {
    key: 'clusters',
    path: null,
    icon: 'cluster',
    children: [
      leaf('clusterList', '/clusters'),
      leaf('overview', '/clusters/:cluster'),
      leaf('nodes', '/clusters/:cluster/core/nodes'),
    ],
  },
  {
    key: 'workloads',
    path: null,
    icon: 'appstore',
    children: [leaf('pods', '/clusters/:cluster/core/pods')],
  },
  { key: 'administration', path: null, icon: 'setting', children: [leaf('audit', '/audit')] },
];

const isNamespaced = (path: string) => path.endsWith('/pods');

test('pages of a cluster lead to the current one, and the chosen namespaces go along to what lives in them', () => {
  const modules = menuModules(menu, 'dev', { namespace: ['a', 'b'], q: 'web' }, isNamespaced);
  expect(modules.flatMap(({ pages }) => pages.map(({ to }) => to))).toEqual([
    { path: '/clusters' },
    { path: '/clusters/dev', query: {} },
    { path: '/clusters/dev/core/nodes', query: {} },
    { path: '/clusters/dev/core/pods', query: { namespace: ['a', 'b'] } },
    { path: '/audit' },
  ]);
});

test('without a cluster its pages, and modules left empty, are not shown', () => {
  const modules = menuModules(menu, null, {}, isNamespaced);
  expect(modules.map(({ key, pages }) => [key, pages.map((page) => page.key)])).toEqual([
    ['clusters', ['clusterList']],
    ['administration', ['audit']],
  ]);
});

test('the open page is the longest path the address begins with', () => {
  const modules = menuModules(menu, 'dev', {}, isNamespaced);
  expect(currentPage(modules, '/clusters')?.page).toBe('clusterList');
  expect(currentPage(modules, '/clusters/dev')?.page).toBe('overview');
  expect(currentPage(modules, '/clusters/dev/core/pods/demo/web-1')).toEqual({
    module: 'workloads',
    page: 'pods',
  });
  expect(currentPage(modules, '/auditing')).toBeNull();
});

test('the palette finds by words in any order, beginnings first', () => {
  const texts: Record<string, string> = {
    audit: 'Audit log',
    administration: 'Administration',
    nodes: 'Nodes',
  };
  const entries = paletteEntries(menuModules(menu, 'dev', {}, isNamespaced), [], (key) => texts[key] ?? key);
  expect(findEntries(entries, 'log admin').map(({ text }) => text)).toEqual(['Audit log']);
  expect(findEntries(entries, 'o').length).toBeGreaterThan(1);
  expect(findEntries(entries, 'nod')[0]?.text).toBe('Nodes');
});
