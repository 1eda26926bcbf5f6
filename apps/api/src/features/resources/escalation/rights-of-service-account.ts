import type { Domain, Requirement } from '@pilothouse/contract';
import { eachObject, KubeError, type ClusterConnection } from '@pilothouse/kube';
import { everyRight, rightsOfRules } from '../../../authz/contained-rights.ts';
import { rulesOfRole, type RoleRef } from './rules-of-role.ts';

interface Binding {
  metadata: { namespace?: string };
  roleRef: RoleRef;
  subjects?: { kind?: string; name?: string; namespace?: string }[];
}

const group = 'rbac.authorization.k8s.io';
/** What every ServiceAccount may do anyway, by Kubernetes' own defaults (`rbac/bootstrappolicy`). */
const everybodys = new Set([
  'system:basic-user',
  'system:discovery',
  'system:public-info-viewer',
  'system:service-account-issuer-discovery',
]);

/** Every right that bindings give a ServiceAccount, in the whole cluster. Rejects with KubeError. */
export async function rightsOfServiceAccount(
  { connection, name: cluster }: { connection: ClusterConnection; name: string },
  account: { namespace: string; name: string },
): Promise<Requirement[]> {
  const rights: Requirement[] = [];
  for (const { metadata, roleRef } of await bindingsOf(connection, account)) {
    const { namespace } = metadata;
    const domain: Domain =
      namespace === undefined ? { kind: 'cluster', cluster } : { kind: 'namespace', cluster, namespace };
    const rules = await rulesOfRole(connection, roleRef, namespace).catch(noRole);
    rights.push(...(rules === null ? everyRight(domain) : rightsOfRules(rules, domain)));
  }
  return rights;
}

async function bindingsOf(
  connection: ClusterConnection,
  account: { namespace: string; name: string },
): Promise<Binding[]> {
  const found: Binding[] = [];
  const take = (binding: Binding) => {
    const { roleRef, subjects } = binding;
    if (everybodys.has(roleRef.name ?? '')) return;
    if ((subjects ?? []).some((subject) => isFor(subject, account))) found.push(binding);
  };
  for (const plural of ['clusterrolebindings', 'rolebindings'])
    await eachObject<Binding>(connection, { group, version: 'v1', plural }, take, {
      withoutManagedFields: true,
    });
  return found;
}

function noRole(error: unknown): [] {
  // a binding to a role that is gone gives nothing
  if (error instanceof KubeError && error.is(404)) return [];
  throw error;
}

type Subject = NonNullable<Binding['subjects']>[number];

function isFor(subject: Subject, { namespace, name }: { namespace: string; name: string }): boolean {
  if (subject.kind === 'ServiceAccount') return subject.name === name && subject.namespace === namespace;
  const groups = ['system:authenticated', 'system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  const names = subject.kind === 'Group' ? groups : [`system:serviceaccount:${namespace}:${name}`];
  return names.includes(subject.name ?? '');
}
