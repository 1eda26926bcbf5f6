import type { KubernetesObject } from '@pilothouse/kinds';
import type { CallOptions, ClusterConnection } from '../transport/connection.ts';
import { KubeError } from '../transport/kube-error.ts';
import { applyObject } from '../objects/apply.ts';
import { createObject, deleteObject, getObject, type ObjectRef } from '../objects/objects.ts';

const managed = { 'app.kubernetes.io/managed-by': 'pilothouse' };
const quotaName = 'pilothouse-project';

/** Creates a namespace for a project, whose id is on it as a label. Rejects with KubeError, 409 where it is there already. */
export async function createProjectNamespace(
  connection: ClusterConnection,
  name: string,
  project: string,
  call: CallOptions = {},
): Promise<void> {
  const labels = { ...managed, 'pilothouse.io/project': project };
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
  await createObject(connection, { group: '', version: 'v1', plural: 'namespaces' }, object, call);
}

/**
 * Deletes a namespace that was made for a project, with everything in it. Resolves with how that stands: `terminating`
 * until it is `gone`; `foreign` where the one of that name is not the project's, which stays. Rejects with KubeError.
 */
export async function deleteProjectNamespace(
  connection: ClusterConnection,
  name: string,
  project: string,
  call: CallOptions = {},
): Promise<'gone' | 'terminating' | 'foreign'> {
  const ref = { group: '', version: 'v1', plural: 'namespaces', name };
  try {
    const { metadata } = await getObject<KubernetesObject>(connection, ref, call);
    const { uid = '', labels = {}, deletionTimestamp } = metadata ?? {};
    if (labels['pilothouse.io/project'] !== project) return 'foreign';
    if (deletionTimestamp === undefined) await deleteObject(connection, ref, { uid, ...call });
    return 'terminating';
  } catch (error) {
    if (error instanceof KubeError && error.is(404)) return 'gone';
    throw error;
  }
}

/**
 * Makes the project's ResourceQuota in a namespace as it should be: there with these hard limits (`requests.cpu: "4"`), or
 * gone where there are none; one of that name that is not the platform's stays. Rejects with KubeError.
 */
export async function setProjectQuota(
  connection: ClusterConnection,
  namespace: string,
  hard: Readonly<Record<string, string>>,
  call: CallOptions = {},
): Promise<void> {
  const ref = { group: '', version: 'v1', plural: 'resourcequotas', namespace, name: quotaName };
  if (Object.keys(hard).length === 0) {
    await deleteOwn(connection, ref, call);
    return;
  }
  const quota = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: quotaName, namespace, labels: managed },
    spec: { hard },
  };
  await applyObject(connection, ref, quota, { ...call, fieldManager: 'pilothouse-apps', force: true });
}

async function deleteOwn(connection: ClusterConnection, ref: ObjectRef, call: CallOptions): Promise<void> {
  try {
    const { metadata } = await getObject<KubernetesObject>(connection, ref, call);
    const { uid = '', labels = {} } = metadata ?? {};
    const isOwn = Object.entries(managed).every(([key, value]) => labels[key] === value);
    if (isOwn) await deleteObject(connection, ref, { uid, ...call });
  } catch (error) {
    // it is gone, or another has its name by now
    if (!(error instanceof KubeError && (error.is(404) || error.is(409)))) throw error;
  }
}
