import { endpoints } from '@pilothouse/contract';
import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { answer, calls, forget } from '../../../app/testing/fake-api.ts';
import { mountPage } from '../../../app/testing/mount-page.ts';
import RolePage from './RolePage.vue';

vi.mock('../../../api/call.ts', () => import('../../../app/testing/fake-api.ts'));
vi.mock('../../../api/live.ts', () => import('../../../app/testing/fake-api.ts'));

const plurals = ['pods', 'services', 'configmaps', 'secrets', 'events', 'endpoints', 'namespaces'];
const developer = {
  id: 'r',
  name: 'developer',
  description: '',
  builtIn: true,
  version: 1,
  policies: [
    ...plurals.map((plural) => ({ object: `k8s/core/${plural}`, action: 'get' })),
    { object: 'k8s/core/pods/exec', action: 'create' },
    ...['deployments', 'statefulsets', 'daemonsets', 'replicasets', 'controllerrevisions'].map((plural) => ({
      object: `k8s/apps/${plural}`,
      action: 'get',
    })),
  ],
  menus: [],
  grants: 0,
  createdAt: '2026-11-01T10:00:00Z',
};
let close = () => undefined as void;
beforeEach(() => {
  forget();
  answer(endpoints.getRole, () => developer);
  answer(endpoints.listMenus, () => ({ items: [] }));
});
afterEach(() => close());

async function open(props: { name?: string; from?: string }) {
  const names = ['role', 'roles', 'newRole', 'grants'];
  const { page, text } = await mountPage(RolePage, {
    props,
    routes: [
      { path: '/', component: { render: () => null } },
      ...names.map((name) => ({
        path: `/${name}/:name?`,
        name,
        component: { render: () => null },
      })),
    ],
  });
  close = () => page.unmount();
  const rows = () => page.findAll('.row').length;
  const headings = () => page.findAll('summary').map((each) => each.text().replace(/\s+/g, ' '));
  return { page, text, rows, headings };
}

test('a large role is folded by group, with how much is in each; what is looked for is unfolded', async () => {
  const { page, rows, headings } = await open({ name: 'developer' });
  expect(headings().slice(0, 2)).toEqual(['core8 resources', 'apps5 resources']);
  expect(rows()).toBe(0);
  await page.get('summary').trigger('click');
  const details = page.get('details').element as HTMLDetailsElement;
  details.open = true;
  await page.get('details').trigger('toggle');
  expect(rows()).toBe(8);
  await page.get('input[aria-label="Find"]').setValue('daemon');
  await vi.waitFor(() => expect(headings()[0]).toBe('apps1 resource'));
  expect(rows()).toBe(1);
  await page.get('input[aria-label="Find"]').setValue('nothing like it');
  await vi.waitFor(() => expect(page.text()).toContain('Nothing of it matches.'));
});

test('what differs from what it is copied from is shown before a copy is made', async () => {
  const { page, text } = await open({ from: 'developer' });
  await page.get('#role-name').setValue('mine');
  await page.get('input[aria-label="Find"]').setValue('exec');
  await vi.waitFor(() => expect(page.findAll('.row')).toHaveLength(1));
  await page.get('.row button').trigger('click');
  const button = (label: string) =>
    [...document.querySelectorAll('button')].findLast((each) => each.textContent.trim() === label);
  button('Save role')?.click();
  await flushPromises();
  expect(text()).toContain('Create role mine from developer');
  expect(document.querySelector('.removed')?.textContent).toContain('pods/exec');
  expect(document.querySelector('.added')).toBeNull();
  // nobody has it, so nobody is asked about
  expect(calls.map(({ endpoint }) => endpoint)).not.toContain('roles.plan');
  expect(calls.map(({ endpoint }) => endpoint)).not.toContain('roles.create');
  button('Save role')?.click();
  await flushPromises();
  expect(calls.find(({ endpoint }) => endpoint === 'roles.create')?.input).toMatchObject({
    body: { name: 'mine', policies: developer.policies.filter(({ object }) => !object.endsWith('/exec')) },
  });
});
