import { endpoints } from '@pilothouse/contract';
import { afterEach, expect, test, vi } from 'vitest';
import { answer, calls, forget } from '../../../app/testing/fake-api.ts';
import { mountPage } from '../../../app/testing/mount-page.ts';
import { resourceRoutes } from '../../../resources/routes.ts';
import ClusterCondition from './ClusterCondition.vue';
import ClusterCredential from './ClusterCredential.vue';

vi.mock('../../../api/call.ts', () => import('../../../app/testing/fake-api.ts'));
vi.mock('../../../api/live.ts', () => import('../../../app/testing/fake-api.ts'));
afterEach(forget);

const cluster = { name: 'rome', health: { lastProbe: { version: 'v1.36.3' } } };
const mounted = (page: typeof ClusterCondition | typeof ClusterCredential) =>
  mountPage(page, {
    at: '/clusters/rome',
    routes: [
      { path: '/clusters/:cluster', component: { render: () => null } },
      { path: '/clusters/:cluster', children: resourceRoutes },
    ],
    props: { cluster },
  });
const known = <T>(value: T) => ({ value, error: null });
const unknown = {
  value: null,
  error: { code: 'clusterForbidden', message: '', params: { message: 'it is forbidden' } },
};

test('what has failed comes first; what may not be read says why, and the rest is there', async () => {
  answer(endpoints.getClusterCondition, () => ({
    checks: known([
      { name: 'ping', ok: true, detail: '' },
      { name: 'etcd', ok: false, detail: 'reason withheld' },
    ]),
    apiServices: known({
      total: 40,
      unavailable: [
        {
          name: 'v1beta1.metrics.k8s.io',
          service: 'kube-system/metrics-server',
          reason: 'MissingEndpoints',
          message: 'endpoints have no addresses',
          since: '2026-11-28T00:00:00Z',
        },
      ],
    }),
    deprecatedApis: known([
      { group: '', version: 'v1', plural: 'endpoints', subresource: '', removedRelease: null },
      { group: 'batch', version: 'v1beta1', plural: 'cronjobs', subresource: '', removedRelease: '1.37' },
    ]),
    servingCertificate: unknown,
  }));
  const { page } = await mounted(ClusterCondition);
  const card = (name: string) => page.get(`[data-testid="${name}"]`);
  expect(
    card('checks')
      .findAll('li')
      .map((li) => li.text()),
  ).toEqual(['etcdreason withheld', 'ping']);
  expect(card('checks').text()).toContain('1 failed');
  expect(card('api-services').text()).toContain('kube-system/metrics-server');
  expect(card('api-services').text()).toContain('endpoints have no addresses');
  const [core, batch] = card('deprecated').findAll('li');
  expect(core?.get('a').attributes('href')).toBe('/clusters/rome/core/endpoints');
  expect(core?.find('.warning').exists()).toBe(true);
  expect(batch?.text()).toContain('removed in 1.37');
  expect(batch?.find('.error').exists()).toBe(true);
  expect(card('serving-certificate').text()).toContain('it is forbidden');
  page.unmount();
});

test('pages that lack data lead to where there is some, and another namespace is asked about anew', async () => {
  answer(endpoints.listResources, () => new Promise(() => undefined));
  answer(endpoints.getClusterCredential, ({ query }) => ({
    namespace: query?.['namespace'] ?? 'shop',
    certificates: [],
    tokenExpiresAt: '2036-01-01T00:00:00Z',
    rules: known({
      isIncomplete: true,
      rules: [{ verbs: ['list'], groups: ['', 'apps'], resources: ['pods'], names: ['web'], urls: [] }],
    }),
    lacks: known([
      { verb: 'list', group: 'core', plural: 'pods', subresource: null, inNamespace: true },
      { verb: 'list', group: 'core', plural: 'nodes', subresource: null, inNamespace: null },
      { verb: 'create', group: 'core', plural: 'pods', subresource: 'exec', inNamespace: false },
    ]),
  }));
  const { page, router } = await mounted(ClusterCredential);
  const [pods, nodes, exec] = page.get('[data-testid="lacks"]').findAll('li');
  expect(pods?.get('a').attributes('href')).toBe('/clusters/rome/core/pods?namespace=shop');
  expect(pods?.text()).toContain('in shop only');
  expect(nodes?.text()).toContain('not allowed');
  expect([exec?.text(), exec?.find('a').exists()]).toEqual([expect.stringContaining('Shells'), false]);
  const rules = page.get('[data-testid="rules"]').text();
  expect(rules).toContain('there may be more');
  expect(rules).toContain('pods [web]core, appslist');
  await router.replace({ query: { namespace: 'billing' } });
  await vi.waitFor(() => expect(page.text()).toContain('What the credential may do in billing'));
  expect(calls.filter(({ endpoint }) => endpoint === endpoints.getClusterCredential.id)).toHaveLength(2);
  page.unmount();
});
