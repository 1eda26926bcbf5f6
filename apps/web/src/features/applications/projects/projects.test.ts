import { endpoints } from '@pilothouse/contract';
import { flushPromises } from '@vue/test-utils';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { defineComponent, h } from 'vue';
import { ApiError } from '../../../api/api-error.ts';
import { useServiceTree } from '../../../api/service-tree.ts';
import { answer, asked, calls, forget, tell } from '../../../app/testing/fake-api.ts';
import { everyRight, mountPage, type GivenRight } from '../../../app/testing/mount-page.ts';
import { bodyOf, buttonCalled, buttons, fields, press, snapshot, type } from '../testing/page.ts';
import { ids, openNamespace, project, registry, routes, tree } from '../testing/samples.ts';
import NamespaceForm from './NamespaceForm.vue';
import ProjectNamespaces from './ProjectNamespaces.vue';
import ProjectPage from './ProjectPage.vue';
import ProjectRegistries from './ProjectRegistries.vue';
import ProjectsPage from './ProjectsPage.vue';
import RegistryForm from './RegistryForm.vue';

vi.mock('../../../api/call.ts', () => import('../../../app/testing/fake-api.ts'));
vi.mock('../../../api/live.ts', () => import('../../../app/testing/fake-api.ts'));

let close = () => undefined as void;
beforeEach(() => {
  forget();
  document.body.innerHTML = '';
});
afterEach(() => close());

async function open(page: object, props: Record<string, unknown> = {}, rights: GivenRight[] = everyRight) {
  const mounted = await mountPage(page as never, { props, routes, rights });
  close = () => mounted.page.unmount();
  return mounted;
}
const refusal = (code: 'forbidden' | 'internal') => ({
  type: 'error',
  error: { code, message: code, params: { action: 'GET', object: '/projects/{project}', domain: 'tree:x' } },
});

test('without a project the way to the service tree is shown', async () => {
  const { page, text } = await open(ProjectsPage);
  await tell(asked(endpoints.listProjects), snapshot({ projects: [] }));
  expect(text()).toContain('There is no project that you have a part in');
  expect(page.find('a').attributes('href')).toBe('/tree');
});

test('projects are found by path and name, with what they have', async () => {
  const { page, router, text } = await open(ProjectsPage);
  const { openNamespaces: _none, description: _unshown, ...shop } = project;
  const chat = { ...shop, id: ids.other, name: 'chat', displayName: 'Chat', path: 'acme.games.chat' };
  await tell(asked(endpoints.listProjects), snapshot({ projects: [shop, chat] }));
  expect(page.findAll('tbody tr').length).toBe(2);
  await router.replace({ query: { q: 'games.shop' } });
  await flushPromises();
  expect(page.findAll('tbody tr').map((row) => row.text())).toEqual([expect.stringContaining('Shop')]);
  await router.replace({ query: { q: 'nothing of the kind' } });
  await flushPromises();
  expect(text()).toContain('Nothing matches the filter');
});

test('a list that cannot be read says so, with another try', async () => {
  await open(ProjectsPage);
  await tell(asked(endpoints.listProjects), refusal('internal'));
  expect(buttons()).toContain('Try again');
});

test('a project that one may not see says which right is missing', async () => {
  const { text } = await open(ProjectPage, { project: ids.project });
  await tell(asked(endpoints.getProject), refusal('forbidden'));
  expect(text()).toContain('You lack the right');
});

test('namespaces say what holds in them; one in use cannot be closed', async () => {
  const { text } = await open(ProjectNamespaces, { project });
  for (const said of ['quay/shop', 'requests.cpu=50m', 'pods=20']) expect(text()).toContain(said);
  const button = buttonCalled('Close');
  expect([button?.disabled, button?.title]).toEqual([true, 'Something of the project still runs in it.']);
});

test('what one may do with namespaces is offered, and nothing else', async () => {
  const right = (object: string, action: string): GivenRight[] => [[object, action, `tree:${ids.project}`]];
  const offered = async (rights: GivenRight[]) => {
    const Page = defineComponent(() => {
      useServiceTree();
      return () => h(ProjectNamespaces, { project });
    });
    await open(Page, {}, rights);
    await tell(asked(endpoints.listTree), snapshot(tree));
    const labels = buttons();
    close();
    forget();
    return labels;
  };
  expect(await offered(right('/projects/{project}', 'GET'))).toEqual([]);
  expect(await offered(right('/projects/{project}/namespaces/{namespace}', 'PUT'))).toEqual(['Edit']);
  close = () => undefined;
});

test('opening a namespace wants a cluster and a name', async () => {
  await open(NamespaceForm, { project: ids.project, namespace: null });
  await press('Open a namespace');
  expect(document.querySelectorAll('.ant-form-item-has-error').length).toBe(2);
  expect(calls.some(({ endpoint }) => endpoint === endpoints.openNamespace.id)).toBe(false);
});

test('what is wrong with a registry, a place or its defaults is said in the language that is switched to', async () => {
  for (const [page, props, verb] of [
    [RegistryForm, { project, registry: null }, 'Add registry'],
    [NamespaceForm, { project: ids.project, namespace: null }, 'Open a namespace'],
  ] as const) {
    const { inChinese } = await open(page, props);
    const wrong = () =>
      [...document.querySelectorAll('.ant-form-item-has-error .ant-form-item-explain')].map(
        (each) => each.textContent ?? '',
      );
    for (const field of fields('Memory limit')) await type(field, 'much');
    await press(verb);
    expect(wrong()).toHaveLength(3);
    await inChinese();
    expect(wrong()).toHaveLength(3);
    expect(wrong().filter((text) => !/^[\u3400-\u9fff]/.test(text))).toEqual([]);
    close();
  }
  close = () => undefined;
});

test('defaults of a namespace are changed by fields; a refusal keeps what was typed', async () => {
  const saved = vi.fn<() => void>();
  await open(NamespaceForm, { project: ids.project, namespace: openNamespace, onSaved: saved });
  const [field] = fields('Memory limit');
  await type(field, 'much');
  await press('Save');
  expect(document.body.textContent).toContain('Not an amount as Kubernetes writes it');
  await type(field, '1Gi');
  answer(endpoints.updateNamespace, () => {
    throw new ApiError(500, { code: 'internal', message: 'down' });
  });
  await press('Save');
  expect([field?.value, saved.mock.calls.length]).toEqual(['1Gi', 0]);
  answer(endpoints.updateNamespace, () => openNamespace);
  await press('Save');
  expect(saved).toHaveBeenCalledOnce();
  expect(bodyOf(endpoints.updateNamespace)).toMatchObject({
    defaults: { resources: { requests: { cpu: '50m' }, limits: { memory: '1Gi' } } },
    quota: { pods: '20' },
  });
});

test('registries are added by host, user and password; a password is written and never shown', async () => {
  const { text } = await open(ProjectRegistries, { project });
  await tell(asked(endpoints.listRegistries), snapshot({ registries: [] }));
  expect(text()).toContain('No registry asks for a password');
  await press('Add registry');
  await press('Add registry', 1);
  expect(document.querySelectorAll('.ant-form-item-has-error').length).toBe(3);
  await type(fields('Registry')[0], 'ghcr.io');
  await type(fields('User')[0], 'ti:ger');
  await type(fields('Password or token')[0], 'scott');
  await press('Add registry', 1);
  expect(document.body.textContent).toContain('Must not contain a colon');
  await type(fields('User')[0], 'tiger');
  answer(endpoints.addRegistry, () => registry);
  await press('Add registry', 1);
  expect(bodyOf(endpoints.addRegistry)).toEqual({
    host: 'ghcr.io',
    username: 'tiger',
    password: 'scott',
    cluster: null,
  });
  await tell(asked(endpoints.listRegistries), snapshot({ registries: [registry] }));
  for (const said of ['ghcr.io', 'All clusters', 'tiger', 'set by ada']) expect(text()).toContain(said);
  await press('Replace');
  expect(fields('User').map(({ value }) => value)).toEqual(['tiger']);
  expect(fields('Password or token').map(({ value }) => value)).toEqual(['']);
});
