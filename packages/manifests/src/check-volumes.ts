import type { ApplicationSpec } from '@pilothouse/contract';
import { configVolume, filesOf } from './config-files.ts';
import { containersOf, records, type ContainerAndPod, type NamedContainer } from './containers-of.ts';
import { repeated } from './repeated.ts';
import type { SpecProblem } from './spec-problem.ts';

/** What a volume may be of; the apiserver knows many more, which bring their own way around a namespace's bounds. */
const sources = [
  'emptyDir',
  'configMap',
  'secret',
  'persistentVolumeClaim',
  'projected',
  'hostPath',
  'downwardAPI',
  'ephemeral',
  'csi',
  'image',
];
/** The apiserver's limit of a ConfigMap (`core/v1.MaxSecretSize`), in bytes. */
const largestConfig = 1_048_576;

/** Volumes, the files of the application, and where containers mount them. */
export function checkVolumes(spec: ContainerAndPod & Pick<ApplicationSpec, 'config'>): SpecProblem[] {
  return [
    ...(spec.pod.volumes ?? []).flatMap(checkVolume),
    ...containersOf(spec).flatMap((container) => checkMounts(container, spec)),
    ...checkConfig(spec),
  ];
}

function checkVolume(volume: { name: string; [source: string]: unknown }): SpecProblem[] {
  const { name, ...rest } = volume;
  const path = `pod.volumes.${name}`;
  const said = Object.keys(rest).filter((key) => rest[key] !== undefined && rest[key] !== null);
  const problems: SpecProblem[] = [];
  if (name === configVolume) problems.push({ path, code: 'reservedVolume', params: { name } });
  const foreign = said.find((key) => !sources.includes(key));
  if (foreign !== undefined)
    problems.push({ path, code: 'volumeNotOffered', params: { name, source: foreign } });
  else if (said.length !== 1)
    problems.push({ path, code: 'volumeSource', params: { name, count: said.length } });
  return problems;
}

function checkMounts(
  { path, fields }: NamedContainer,
  spec: ContainerAndPod & Pick<ApplicationSpec, 'config'>,
): SpecProblem[] {
  const volumes = new Set((spec.pod.volumes ?? []).map(({ name }) => name));
  const mounts = records(fields, 'volumeMounts').map(({ name, mountPath }) => ({
    name: String(name),
    mountPath: String(mountPath),
  }));
  const at = (mountPath: string) => `${path}.volumeMounts.${mountPath}`;
  const files = path === 'container' ? filesOf(spec) : null;
  const taken = repeated(mounts, ({ mountPath }) => mountPath);
  return [
    ...mounts
      .filter(({ name }) => !volumes.has(name))
      .map(({ name, mountPath }): SpecProblem => ({
        path: at(mountPath),
        code: 'volumeMissing',
        params: { name, mountPath },
      })),
    ...[...taken, ...mounts.filter(({ mountPath }) => mountPath === files?.mountPath)].map(
      ({ mountPath }): SpecProblem => ({
        path: at(mountPath),
        code: 'mountPathTwice',
        params: { mountPath },
      }),
    ),
  ];
}

function checkConfig({ config }: Pick<ApplicationSpec, 'config'>): SpecProblem[] {
  const encoder = new TextEncoder();
  const bytes = Object.entries(config?.files ?? {}).reduce(
    (sum, [name, text]) => sum + name.length + encoder.encode(text).length,
    0,
  );
  return bytes > largestConfig
    ? [{ path: 'config', code: 'configTooLarge', params: { bytes, limit: largestConfig } }]
    : [];
}
