import { setTimeout as sleep } from 'node:timers/promises';
import { type Domain, type Requirement } from '@pilothouse/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { casbinDomain, createEnforcer, createModel, userSubject } from './authz/casbin.ts';
import { readPolicies } from './authz/policies.repository.ts';
import { deadKubeconfig } from './testing/kubeconfig.ts';
import { startTestApi, type TestApi, type TestUser } from './testing/test-api.ts';
import type { TestAnswer } from './testing/test-client.ts';
import { call, elsewhere, guarded, here } from './testing/walked-calls.ts';

/** The walk with roles made by hand, held through a group in a group: what is let through is what casbin says, no more. */
let api: TestApi;
let walker: TestUser;
let walkerId: string;
const clusterIds: Record<string, string> = {};

beforeAll(async () => {
  api = await startTestApi({ config: { allowLoopbackClusters: true } });
  for (const name of [here, elsewhere])
    clusterIds[name] = (
      await done(api.admin.post('/clusters', { name, kubeconfig: deadKubeconfig() }))
    ).body.id;
  walker = await api.signUp('walker');
  walkerId = (await walker.get('/auth/me')).body.user.id;
});
afterAll(() => api?.stop());

async function done(answer: Promise<TestAnswer>): Promise<TestAnswer> {
  const given = await answer;
  expect([given.status < 300, given.body]).toEqual([true, given.body]);
  return given;
}

function withClusterId(domain: Domain): Domain {
  return 'cluster' in domain ? { ...domain, cluster: clusterIds[domain.cluster] ?? '' } : domain;
}

/**
 * What casbin itself says of requirements, for the walker. A list is content with one of the namespaces, an entry with
 * anything at the place.
 */
async function casbinAnswer() {
  const policies = await readPolicies(api.container.database);
  const enforcer = await createEnforcer(createModel(policies, policies.tree));
  const enforce = ({ object, action }: Requirement, domain: Domain) =>
    enforcer.enforce(
      userSubject(walkerId),
      casbinDomain(withClusterId(domain), policies.tree) ?? '',
      object,
      action,
    );
  const namespaces = (domain: Domain): Domain[] =>
    domain.kind === 'cluster'
      ? ['shop', 'other'].map((namespace) => ({ kind: 'namespace', cluster: domain.cluster, namespace }))
      : [];
  const { body: me } = await walker.get('/auth/me');
  const places = (me.grants as { domain: string }[]).map(({ domain }) => domain);
  const isAt = (domain: Domain) =>
    places.some(
      (place) =>
        place === '*' ||
        domain.kind === 'all' ||
        ('cluster' in domain && `${place}/`.startsWith(`cluster:${domain.cluster}/`)),
    );
  return async (requirements: readonly Requirement[]): Promise<boolean> => {
    const narrowing = requirements.filter(({ match }) => match === 'narrows');
    for (const requirement of requirements) {
      const { match, domain } = requirement;
      if (match === 'narrows') continue;
      if (!(match === 'entry' ? isAt(domain) : await enforce(requirement, domain))) return false;
    }
    const holdAll = async (domainOf: (requirement: Requirement) => Domain | undefined) => {
      for (const requirement of narrowing) {
        const domain = domainOf(requirement);
        if (domain === undefined || !(await enforce(requirement, domain))) return false;
      }
      return true;
    };
    if (await holdAll(({ domain }) => domain)) return true;
    const parts = Math.max(0, ...narrowing.map(({ domain }) => namespaces(domain).length));
    for (let index = 0; index < parts; index += 1)
      if (await holdAll(({ domain }) => namespaces(domain)[index] ?? domain)) return true;
    return false;
  };
}

describe('a member of a group in a group that has a role made by hand', () => {
  const configMaps = { object: 'k8s/core/configmaps', action: 'All' };
  const shop = { kind: 'namespace', cluster: here, namespace: 'shop' } as const;

  beforeAll(async () => {
    const { policies, menus } = (await api.admin.get('/roles/developer')).body;
    // developer, shells out, ConfigMaps in
    const own = (policies as (typeof configMaps)[]).filter(
      ({ object }) => object !== 'k8s/core/pods/exec' && object !== configMaps.object,
    );
    const roles = { copied: [...own, configMaps], 'config-maps': [configMaps] };
    for (const [name, content] of Object.entries(roles))
      await done(api.admin.post('/roles', { name, description: '', policies: content, menus }));
    for (const name of ['walk-inner', 'walk-outer'])
      await done(api.admin.post('/groups', { name, displayName: name }));
    await done(api.admin.put('/groups/walk-outer/groups/walk-inner', undefined));
    await done(api.admin.put('/groups/walk-inner/members/walker', undefined));
  });
  /** Walks everything with one grant, and tells what it was let through to. */
  async function walk(role: string, scope: Domain, expiresAt: string | null = null): Promise<string[]> {
    const subject = { kind: 'group', group: 'walk-outer' };
    const { body } = await done(api.admin.post('/grants', { subject, role, scope, expiresAt }));
    const casbin = await casbinAnswer();
    const through: string[] = [];
    const differing: object[] = [];
    for (const { endpoint, sample, requirements } of guarded) {
      const answer = await call(walker, endpoint, sample);
      const isLetThrough = answer.body?.error?.code !== 'forbidden';
      if (isLetThrough) through.push(endpoint.id);
      if (isLetThrough !== (await casbin(requirements)))
        differing.push({ id: endpoint.id, isLetThrough, status: answer.status });
    }
    await done(api.admin.delete(`/grants/${body.id}`));
    expect(differing).toEqual([]);
    return through;
  }
  const onConfigMaps = guarded
    .filter(({ requirements }) =>
      requirements.every(
        ({ object, domain }) =>
          object === configMaps.object && 'cluster' in domain && domain.cluster === here,
      ),
    )
    .map(({ endpoint }) => endpoint.id);
  const entries = guarded
    // the tree is not entered by what is granted in a cluster
    .filter(({ requirements }) =>
      requirements.every(({ match, domain }) => match === 'entry' && domain.kind !== 'tree'),
    )
    .map(({ endpoint }) => endpoint.id);

  test('`All` covers every endpoint and every action on its object, and nothing beyond', async () => {
    expect(onConfigMaps.length).toBeGreaterThan(10);
    const through = await walk('config-maps', shop);
    expect(through.toSorted()).toEqual([...new Set([...onConfigMaps, ...entries])].toSorted());
  });

  test('a copy of developer has what is kept and added, and not what was taken out', async () => {
    const through = await walk('copied', shop);
    expect(through).toEqual(expect.arrayContaining(onConfigMaps));
    // the shell that `tickets.create` asks for
    for (const id of ['tickets.create', 'users.list', 'roles.list', 'clusters.delete', 'kubeconfigs.issue'])
      expect(through).not.toContain(id);
  });

  test('on the cluster it holds in every namespace', async () => {
    const inShop = await walk('copied', shop);
    const inCluster = await walk('copied', { kind: 'cluster', cluster: here });
    expect(inCluster).toEqual(expect.arrayContaining(inShop));
  });

  test('elsewhere it gives nothing here', async () => {
    const places: Domain[] = [
      { kind: 'cluster', cluster: elsewhere },
      { kind: 'namespace', cluster: elsewhere, namespace: 'shop' },
    ];
    for (const scope of places)
      expect(await walk('copied', scope)).toEqual(entries.filter((id) => !onCluster.has(id)));
  });
  const onCluster = new Set(
    guarded
      .filter(({ requirements }) =>
        requirements.some(({ domain }) => 'cluster' in domain && domain.cluster === here),
      )
      .map(({ endpoint }) => endpoint.id),
  );

  test('with an end it holds until then, and gives nothing afterwards', async () => {
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
    expect(await walk('config-maps', shop, inAnHour)).toEqual(expect.arrayContaining(onConfigMaps));
    const subject = { kind: 'group', group: 'walk-outer' };
    const expiresAt = new Date(Date.now() + 3000).toISOString();
    await done(api.admin.post('/grants', { subject, role: 'copied', scope: shop, expiresAt }));
    await sleep(3100);
    for (const { endpoint, sample } of guarded)
      expect([endpoint.id, (await call(walker, endpoint, sample)).body.error?.code]).toEqual([
        endpoint.id,
        'forbidden',
      ]);
  });
});
