import type { KubernetesObject, Relation } from '../kind.ts';
import type { PodSpec } from '../wire/core.ts';

type Maybe = string | undefined;

function distinct(names: Maybe[]): string[] {
  return [...new Set(names.filter((name): name is string => Boolean(name)))];
}

function containers(spec: PodSpec) {
  return [...(spec.initContainers ?? []), ...(spec.containers ?? []), ...(spec.ephemeralContainers ?? [])];
}

const volumes = (spec: PodSpec) => spec.volumes ?? [];
const projections = (spec: PodSpec) => volumes(spec).flatMap(({ projected }) => projected?.sources ?? []);
const variables = (spec: PodSpec) => containers(spec).flatMap(({ env }) => env ?? []);
const variableSources = (spec: PodSpec) => containers(spec).flatMap(({ envFrom }) => envFrom ?? []);

/** What a pod takes from other objects, and whom it names; the same for a template of pods. */
export function podRelations<W extends KubernetesObject>(
  specOf: (object: W) => PodSpec | undefined,
): Relation<W>[] {
  const names = (read: (spec: PodSpec) => Maybe[]) => (object: W) => {
    const spec = specOf(object);
    return spec === undefined ? [] : distinct(read(spec));
  };
  return [
    {
      type: 'mounts',
      kind: 'core/configmaps',
      names: names((spec) => [
        ...volumes(spec).map(({ configMap }) => configMap?.name),
        ...projections(spec).map(({ configMap }) => configMap?.name),
      ]),
    },
    {
      type: 'mounts',
      kind: 'core/secrets',
      names: names((spec) => [
        ...volumes(spec).map(({ secret }) => secret?.secretName),
        ...projections(spec).map(({ secret }) => secret?.name),
      ]),
    },
    {
      type: 'mounts',
      kind: 'core/persistentvolumeclaims',
      names: names((spec) => volumes(spec).map((volume) => volume.persistentVolumeClaim?.claimName)),
    },
    {
      type: 'env',
      kind: 'core/configmaps',
      names: names((spec) => variables(spec).map(({ valueFrom }) => valueFrom?.configMapKeyRef?.name)),
    },
    {
      type: 'env',
      kind: 'core/secrets',
      names: names((spec) => variables(spec).map(({ valueFrom }) => valueFrom?.secretKeyRef?.name)),
    },
    {
      type: 'envFrom',
      kind: 'core/configmaps',
      names: names((spec) => variableSources(spec).map(({ configMapRef }) => configMapRef?.name)),
    },
    {
      type: 'envFrom',
      kind: 'core/secrets',
      names: names((spec) => variableSources(spec).map(({ secretRef }) => secretRef?.name)),
    },
    {
      type: 'refersTo',
      kind: 'core/secrets',
      names: names((spec) => (spec.imagePullSecrets ?? []).map(({ name }) => name)),
    },
    {
      type: 'refersTo',
      kind: 'core/serviceaccounts',
      names: names((spec) => [spec.serviceAccountName]),
    },
    { type: 'refersTo', kind: 'core/nodes', names: names((spec) => [spec.nodeName]) },
  ];
}
