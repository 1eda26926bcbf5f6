/**
 * Writes src/wire/<group>.ts: the apiserver's own types of the kinds this package describes, from the OpenAPI document
 * of each group. What groups share (core, meta) stands in core.ts alone.
 *
 *     node packages/kinds/scripts/generate-wire.ts [folder of *_openapi.json]
 *
 * Without an argument the documents of the Kubernetes release in the Go module cache are read.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript';

const release = 'v1.36.3';

/** By file: the group's document, and the types that get a name of their own. */
const groups: Record<string, { document: string; package: string; types: string[] }> = {
  core: {
    document: 'api__v1',
    package: 'io.k8s.api.core.v1',
    types: [
      'ConfigMap',
      'Container',
      'ContainerState',
      'ContainerStatus',
      'EphemeralContainer',
      'Event',
      'LimitRange',
      'Namespace',
      'Node',
      'PersistentVolume',
      'PersistentVolumeClaim',
      'Pod',
      'PodCondition',
      'PodSpec',
      'ResourceQuota',
      'ResourceRequirements',
      'Secret',
      'Service',
      'ServiceAccount',
      'Taint',
    ],
  },
  apps: {
    document: 'apis__apps__v1',
    package: 'io.k8s.api.apps.v1',
    types: ['DaemonSet', 'Deployment', 'ReplicaSet', 'StatefulSet'],
  },
  autoscaling: {
    document: 'apis__autoscaling__v2',
    package: 'io.k8s.api.autoscaling.v2',
    types: ['HorizontalPodAutoscaler', 'MetricSpec', 'MetricStatus'],
  },
  batch: { document: 'apis__batch__v1', package: 'io.k8s.api.batch.v1', types: ['CronJob', 'Job'] },
  discovery: {
    document: 'apis__discovery.k8s.io__v1',
    package: 'io.k8s.api.discovery.v1',
    types: ['EndpointSlice'],
  },
  networking: {
    document: 'apis__networking.k8s.io__v1',
    package: 'io.k8s.api.networking.v1',
    types: ['Ingress', 'IngressClass', 'NetworkPolicy'],
  },
  policy: {
    document: 'apis__policy__v1',
    package: 'io.k8s.api.policy.v1',
    types: ['PodDisruptionBudget'],
  },
  rbac: {
    document: 'apis__rbac.authorization.k8s.io__v1',
    package: 'io.k8s.api.rbac.v1',
    types: ['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding', 'Subject'],
  },
  storage: {
    document: 'apis__storage.k8s.io__v1',
    package: 'io.k8s.api.storage.v1',
    types: ['StorageClass'],
  },
};
const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1';
const shared = {
  LabelSelector: `${meta}.LabelSelector`,
  ObjectMeta: `${meta}.ObjectMeta`,
  OwnerReference: `${meta}.OwnerReference`,
  Status: `${meta}.Status`,
};

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type Schemas = Record<string, Json>;

function documentsFolder(): string {
  const given = process.argv[2];
  if (given !== undefined) return given;
  const cache = execFileSync('go', ['env', 'GOMODCACHE'], { encoding: 'utf8' }).trim();
  return path.join(cache, `k8s.io/kubernetes@${release}/api/openapi-spec/v3`);
}

/** Prose and defaults would make the files ten times as long; the types do not need them. */
function bare(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(bare);
  if (schema === null || typeof schema !== 'object') return schema;
  const only = schema.allOf;
  if (Array.isArray(only) && only.length === 1) return bare(only[0] as Json);
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key, value]) => key !== 'default' && !(key === 'description' && typeof value === 'string'))
      .map(([key, value]) => [key, bare(value)]),
  );
}

function reachable(schemas: Schemas, roots: string[]): Set<string> {
  const wanted = new Set<string>();
  const queue = [...roots];
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    if (wanted.has(name)) continue;
    wanted.add(name);
    const references = JSON.stringify(schemas[name]).matchAll(/"#\/components\/schemas\/([^"]+)"/g);
    for (const reference of references) queue.push(reference[1] as string);
  }
  return wanted;
}

/** The interface of these schemas; what it refers to beside them is core.ts's. */
async function componentsOf(schemas: Schemas, own: (name: string) => boolean): Promise<string> {
  const pruned = {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: release },
    paths: {},
    components: { schemas },
  };
  const ast = await openapiTS(pruned as unknown as OpenAPI3, {
    alphabetize: true,
    defaultNonNullable: false,
    exportType: false,
  });
  const components = /export interface components \{[\s\S]*?\n\}\n/.exec(astToString(ast))?.[0];
  if (components === undefined) throw new Error('openapi-typescript wrote no components');
  return components.replaceAll(/components\["schemas"\]\["([^"]+)"\]/g, (reference, name: string) =>
    own(name) ? reference : `Core["schemas"]["${name}"]`,
  );
}

const schemas: Schemas = {};
for (const { document } of Object.values(groups)) {
  const file = path.join(documentsFolder(), `${document}_openapi.json`);
  const { components } = JSON.parse(readFileSync(file, 'utf8')) as { components: { schemas: Schemas } };
  Object.assign(schemas, components.schemas);
}
const roots = Object.values(groups).flatMap((group) => group.types.map((type) => `${group.package}.${type}`));
const wanted = [...reachable(schemas, [...roots, ...Object.values(shared)])].toSorted();
const groupOf = (name: string) =>
  Object.keys(groups).find((group) => name.startsWith(`${groups[group]?.package}.`)) ?? 'core';

for (const [group, { types, package: prefix }] of Object.entries(groups)) {
  const isCore = group === 'core';
  const own = (name: string) => groupOf(name) === group;
  // a schema that is not written is still referred to, so all stand in the document
  const document = Object.fromEntries(
    wanted.map((name) => [name, own(name) ? bare(schemas[name] as Json) : {}]),
  );
  const written = (await componentsOf(document, own)).replaceAll(
    /^ {8}"([^"]+)": (?:Record<string, never>|unknown);\n/gm,
    (line, name: string) => (own(name) ? line : ''),
  );
  const named = {
    ...Object.fromEntries(types.map((type) => [type, `${prefix}.${type}`])),
    ...(isCore ? shared : {}),
  };
  const text = [
    `/** Generated by scripts/generate-wire.ts from the OpenAPI of Kubernetes ${release}; do not edit. */`,
    ...(written.includes('Core["') ? [`import type { components as Core } from './core.ts';`] : []),
    Object.entries(named)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([alias, name]) => `export type ${alias} = components['schemas']['${name}'];`)
      .join('\n'),
    isCore ? written : written.replace('export interface components', 'interface components'),
  ].join('\n\n');
  writeFileSync(path.join(import.meta.dirname, `../src/wire/${group}.ts`), text);
}
