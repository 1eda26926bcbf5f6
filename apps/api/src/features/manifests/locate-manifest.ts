import { headProblem, withoutServerFields, type HeadProblem, type KubernetesObject } from '@pilothouse/kinds';
import type { Discovery, DiscoveredResource } from '@pilothouse/kube';
import { AppError } from '../../http/app-error.ts';
import type { Manifest } from './read-manifests.ts';

type Kind = Pick<DiscoveredResource, 'group' | 'version' | 'plural' | 'kind' | 'namespaced'>;

/** A document whose kind is known: what is applied, and where. */
export interface LocatedManifest {
  manifest: Manifest;
  kind: Kind;
  /** The cluster does not serve the kind yet: a document of the same text defines it. */
  isComing: boolean;
  /** Null where the kind is cluster-scoped. */
  namespace: string | null;
  namespaceFrom: 'text' | 'chosen' | 'nobody';
  versionFrom: 'text' | 'cluster';
  /** Null where the cluster is to name it. */
  name: string | null;
  generateName: string | null;
  /** As it is sent: its namespace filled in, or left out of what has none. */
  object: Record<string, unknown> & { apiVersion: string; kind: string; metadata: Record<string, unknown> };
}

/** Documents that define kinds, or namespaces, for others of the same text. */
export interface Definitions {
  kinds: (Kind & { apiVersion: string })[];
  namespaces: ReadonlySet<string>;
}

const crdKind = 'CustomResourceDefinition';

/** Whether it defines a kind. */
export function isDefinition(group: string, kind: string): boolean {
  return group === 'apiextensions.k8s.io' && kind === crdKind;
}

/** What the documents of a text define. */
export function definitionsOf(manifests: readonly Manifest[]): Definitions {
  const kinds: Definitions['kinds'] = [];
  const namespaces = new Set<string>();
  for (const { value, problem } of manifests) {
    if (problem !== null) continue;
    if (value['apiVersion'] === 'v1' && value['kind'] === 'Namespace') namespaces.add(String(nameOf(value)));
    if (value['kind'] === crdKind) kinds.push(...kindsOf(value['spec']));
  }
  return { kinds, namespaces };
}

function kindsOf(spec: unknown): Definitions['kinds'] {
  const { group, scope, names, versions } = (spec ?? {}) as {
    group?: unknown;
    scope?: unknown;
    names?: { kind?: unknown; plural?: unknown };
    versions?: unknown;
  };
  if (typeof group !== 'string' || typeof names?.kind !== 'string' || typeof names.plural !== 'string')
    return [];
  const { kind, plural } = names;
  return (Array.isArray(versions) ? versions : []).map((each: { name?: unknown } | null) => {
    const version = String(each?.name);
    const namespaced = scope !== 'Cluster';
    return { apiVersion: `${group}/${version}`, group, version, kind, plural, namespaced };
  });
}

function nameOf(value: Record<string, unknown>): unknown {
  return (value['metadata'] as { name?: unknown } | null)?.name;
}

/**
 * Finds what a document is by what the cluster serves, and where it goes. Throws `manifestHead`, `versionNotServed` with
 * the versions that are, or `kindNotServed`, with the line.
 */
export function locateManifest(
  manifest: Manifest,
  {
    served,
    definitions,
    namespace: chosen,
  }: { served: Discovery; definitions: Definitions; namespace: string },
): LocatedManifest {
  const { value, problem } = manifest;
  const versionFrom = problem?.problem === 'noApiVersion' ? 'cluster' : 'text';
  const { kind } = value as { kind: unknown };
  const apiVersion = versionFrom === 'text' ? value['apiVersion'] : onlyVersion(kind, served);
  const left = apiVersion === undefined ? problem : headProblem({ ...value, apiVersion });
  if (left !== null) throw headError(problem?.line ?? manifest.line, left.problem);
  const known = served.resources.find(
    (resource) => resource.kind === kind && apiVersionOf(resource) === apiVersion,
  );
  const coming = definitions.kinds.find((each) => each.kind === kind && each.apiVersion === apiVersion);
  const found = known ?? coming;
  if (found === undefined) throw notServed(manifest, served);
  const { name, generateName, namespace: own, ...metadata } = writtenMetadata(value);
  const inText = textOf(manifest, own);
  const namespace = found.namespaced ? (inText ?? chosen) : null;
  const ownName = textOf(manifest, name);
  const identity = {
    name: ownName,
    generateName: ownName === null ? textOf(manifest, generateName) : null,
  };
  const given = {
    ...(ownName !== null && { name: ownName }),
    ...(generateName !== undefined && { generateName }),
  };
  return {
    manifest,
    kind: found,
    isComing: known === undefined,
    namespace,
    versionFrom,
    namespaceFrom: !found.namespaced ? 'nobody' : inText === null ? 'chosen' : 'text',
    ...identity,
    object: {
      ...value,
      apiVersion: String(apiVersion),
      kind: String(kind),
      metadata: { ...metadata, ...given, ...(namespace !== null && { namespace }) },
    },
  };
}

/** In words for whoever has no page that says it. */
const headWords: Record<HeadProblem | 'nameNoText', string> = {
  notAnObject: 'an object begins with apiVersion, kind and metadata',
  noApiVersion: 'apiVersion is missing',
  noKind: 'kind is missing',
  noMetadata: 'metadata is missing',
  noName: 'metadata.name is missing (or generateName)',
  flattened: 'name stands beside metadata; indent it, so that it is below',
  nameNoText: 'a name or namespace has to be text; put it in quotes',
};

function headError(line: number, problem: keyof typeof headWords): AppError {
  return new AppError('manifestHead', { line, problem, detail: headWords[problem] });
}

/** As somebody would write it: what was read from a cluster is pasted with all that the cluster had set. */
function writtenMetadata(value: Record<string, unknown>): Record<string, unknown> {
  return { ...withoutServerFields(value as KubernetesObject).metadata };
}

/** The version of a kind that one group alone has. */
function onlyVersion(kind: unknown, served: Discovery): string | undefined {
  const versions = served.resources.filter((resource) => resource.kind === kind);
  const [preferred] = versions;
  const isOne = versions.every(({ group }) => group === preferred?.group);
  return preferred === undefined || !isOne ? undefined : apiVersionOf(preferred);
}

/** Whatever else stands there would be another name than the one that was meant. */
function textOf({ lines }: Manifest, value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value === 'string') return value;
  throw headError(lines.metadata, 'nameNoText');
}

function notServed({ value, lines }: Manifest, served: Discovery): AppError {
  const apiVersion = String(value['apiVersion']);
  const kind = String(value['kind']);
  const elsewhere = served.resources.filter((resource) => resource.kind === kind).map(apiVersionOf);
  if (elsewhere.length === 0) return new AppError('kindNotServed', { line: lines.kind, kind, apiVersion });
  return new AppError('versionNotServed', {
    line: lines.apiVersion,
    kind,
    apiVersion,
    served: elsewhere.join(', '),
  });
}

function apiVersionOf({ group, version }: { group: string; version: string }): string {
  return group === '' ? version : `${group}/${version}`;
}
