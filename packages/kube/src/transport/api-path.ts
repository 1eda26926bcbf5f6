import { KubeError } from './kube-error.ts';

/** A kind of object in one cluster, as discovery names it. The core group is `''` or `core`. */
export interface ResourceRef {
  group: string;
  version: string;
  plural: string;
}

/** Objects, one object or a subresource of one. Without `namespace`: all namespaces, or a cluster-scoped kind. */
export interface PathRef extends ResourceRef {
  namespace?: string | undefined;
  name?: string | undefined;
  subresource?: string | undefined;
}

declare const checked: unique symbol;
/** A path that is safe to send: only `apiPath` and `fixedPath` make one. */
export type ApiPath = string & { readonly [checked]: true };

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const rules = {
  group: { pattern: /^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*)?$/, max: 253 },
  version: { pattern: label, max: 63 },
  plural: { pattern: /^[a-z][-a-z0-9]*$/, max: 63 },
  namespace: { pattern: label, max: 63 },
  /** Neither `.`, `..`, `/` nor `%` (`apimachinery/pkg/api/validation/path`); `:` is for RBAC's names. */
  name: { pattern: /^[A-Za-z0-9]([-_.:A-Za-z0-9]*[A-Za-z0-9])?$/, max: 253 },
  subresource: { pattern: /^[a-z]+$/, max: 63 },
} as const;

/**
 * The path of objects on an apiserver; the one place where names become a path.
 * Throws KubeError `invalidName`, so that nothing leaves, when a part could be anything but one path segment.
 */
export function apiPath(ref: PathRef): ApiPath {
  let path = groupVersionPath(ref.group, ref.version);
  if (ref.namespace !== undefined) path += `/namespaces/${segment('namespace', ref.namespace)}`;
  path += `/${segment('plural', ref.plural)}`;
  if (ref.name !== undefined) path += `/${segment('name', ref.name)}`;
  if (ref.subresource !== undefined) {
    if (ref.name === undefined)
      throw new KubeError('invalidName', 'A subresource needs the name of an object');
    path += `/${segment('subresource', ref.subresource)}`;
  }
  return path as ApiPath;
}

/** As {@link apiPath}, with OpenAPI's placeholders for namespace and, where `named`, for the object's name. */
export function apiPathPattern(
  ref: ResourceRef & { namespaced: boolean; subresource?: string },
  named: boolean,
): string {
  return [
    groupVersionPath(ref.group, ref.version),
    ...(ref.namespaced ? ['namespaces/{namespace}'] : []),
    segment('plural', ref.plural),
    ...(named ? ['{name}'] : []),
    ...(ref.subresource === undefined ? [] : [segment('subresource', ref.subresource)]),
  ].join('/');
}

/** Where an apiserver lists the resources of one group and version. */
export function discoveryPath(group: string, version: string): ApiPath {
  return groupVersionPath(group, version) as ApiPath;
}

/** Where an apiserver describes the types of one group and version as OpenAPI v3. */
export function openApiPath(group: string, version: string): ApiPath {
  return `/openapi/v3${discoveryPath(group, version)}` as ApiPath;
}

/** Paths that hold no name of anybody's. */
export const fixedPaths = {
  version: '/version' as ApiPath,
  api: '/api' as ApiPath,
  apis: '/apis' as ApiPath,
  readyz: '/readyz' as ApiPath,
  metrics: '/metrics' as ApiPath,
};

function groupVersionPath(group: string, version: string): string {
  const checkedGroup = group === 'core' ? '' : segment('group', group);
  const checkedVersion = segment('version', version);
  return checkedGroup === '' ? `/api/${checkedVersion}` : `/apis/${checkedGroup}/${checkedVersion}`;
}

function segment(part: keyof typeof rules, value: unknown): string {
  const { pattern, max } = rules[part];
  if (typeof value !== 'string' || value.length > max || !pattern.test(value)) {
    throw new KubeError('invalidName', `Not a valid ${part}: ${shown(value)}`);
  }
  return value;
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'undefined';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** Parameters of a query; one with several values is given once for each. */
export type Query = Record<string, string | number | boolean | readonly string[] | undefined>;

/** Parameters of a query with the question mark before them; empty where there are none. */
export function queryText(query: Query | undefined): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined) continue;
    for (const one of Array.isArray(value) ? value : [value]) parameters.append(name, String(one));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}
