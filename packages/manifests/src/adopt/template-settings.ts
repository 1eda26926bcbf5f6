import type { ApplicationSpec } from '@pilothouse/contract';
import { configVolume } from '../config-files.ts';
import { readinessOf } from '../deployment.ts';
import { containerValues, effectiveSpec, podValues } from '../effective-spec.ts';
import { mainContainer } from '../pod-spec.ts';
import type { FoundField, InstanceLayers, Setting } from './found-field.ts';
import { isItem, withValue, type Path } from './with-value.ts';

const wholeInContainer = new Set<string>(containerValues);
// what a project adds to these two comes besides
const wholeInPod = new Set<string>([...podValues, 'tolerations', 'imagePullSecrets']);
type Fields = Readonly<Record<string, unknown>>;
const inContainer = (...path: Path): Path => ['overrides', 'container', ...path];
const inPod = (...path: Path): Path => ['overrides', 'pod', ...path];

/** What an instance says for a field of its Pods' template; null: nothing does. */
export function templateSettings(layers: InstanceLayers, field: FoundField): Setting[] | null {
  const effective = effectiveSpec(layers);
  const { pod, container } = effective.spec;
  const [part, name, ...rest] = field.path;
  if (part === 'metadata' && (name === 'labels' || name === 'annotations'))
    return entrySettings(inPod(name), pod[name], rest, field);
  if (part !== 'spec' || typeof name !== 'string') return null;
  const [item, ...inner] = rest;
  const named = typeof item === 'object' ? String(item['name']) : '';
  switch (name) {
    case 'nodeSelector':
      return entrySettings(inPod(name), pod.nodeSelector, rest, field);
    case 'topologySpreadConstraints':
      return rest.length <= 1 && field.at(field.path) === undefined ? [[inPod('spread'), 'none']] : null;
    case 'volumes':
      return named === configVolume
        ? null
        : itemSettings(inPod(name), pod.volumes, { name: named }, inner, field);
    case 'initContainers':
      return besideSettings(pod, rest, field);
    case 'containers':
      if (named !== mainContainer) return null;
      return containerSettings({ ...container, readinessProbe: readinessOf(effective) }, inner, field);
    default:
      return wholeInPod.has(name) ? [[inPod(name), wholeOf((pod as Fields)[name], rest, field)]] : null;
  }
}

function containerSettings(
  container: ApplicationSpec['container'],
  path: Path,
  field: FoundField,
): Setting[] | null {
  const [name, item, ...inner] = path;
  const { env, ports, resources, volumeMounts } = container;
  const key = typeof item === 'object' ? item : {};
  switch (name) {
    case 'image':
      return [[['image'], field.at(field.path)]];
    case 'env':
      return itemSettings(inContainer(name), env, { name: key['name'] }, inner, field);
    case 'volumeMounts': {
      const mount = { mountPath: key['mountPath'] };
      // others are the platform's own
      if (!volumeMounts?.some((each) => isItem(each, mount))) return null;
      return itemSettings(inContainer(name), volumeMounts, mount, inner, field);
    }
    case 'ports':
      return portSettings(ports, key, inner, field);
    case 'resources':
      return (['requests', 'limits'] as const)
        .filter((side) => item === undefined || item === side)
        .flatMap((side) => entrySettings(inContainer(name, side), resources?.[side], inner, field));
    default:
      return typeof name === 'string' && wholeInContainer.has(name)
        ? [[inContainer(name), wholeOf((container as Fields)[name], path.slice(1), field)]]
        : null;
  }
}

/** One entry of a map, or all of them where the map is gone. */
function entrySettings(
  at: Path,
  map: Readonly<Record<string, string>> = {},
  [key]: Path,
  field: FoundField,
): Setting[] {
  const keys = key === undefined ? Object.keys(map) : [key];
  return keys.map((each) => [[...at, each], field.at(field.path) ?? null]);
}

/** An item by its key: as it was with what was found in it, or taken away. */
function itemSettings(
  at: Path,
  items: readonly object[] | undefined,
  key: Fields,
  inner: Path,
  field: FoundField,
): Setting[] {
  const base = items?.find((item) => isItem(item, key));
  const item = wholeOf(base, inner, field);
  return [[[...at, key], item ?? { ...key, unset: true }]];
}

/** By number and protocol in a cluster, by name in a spec: one whose number has changed is still the same. */
function portSettings(
  ports: ApplicationSpec['container']['ports'],
  key: Fields,
  inner: Path,
  field: FoundField,
): Setting[] | null {
  const port = ports?.find((each) => isItem(each, key));
  if (port === undefined || inner.length > 0) return null;
  const { name, containerPort } = port;
  const there = field.at(field.path.slice(0, -1));
  const moved = Array.isArray(there) ? there.find((each: Fields) => each['name'] === name) : undefined;
  const item =
    moved === undefined
      ? { name, unset: true }
      : // the Service stays at its own number
        {
          servicePort: containerPort,
          ...port,
          containerPort: moved['containerPort'],
          protocol: moved['protocol'],
        };
  return [[inContainer('ports', { name }), item]];
}

/** A container beside the main one: all of its list is overridden. */
function besideSettings(pod: ApplicationSpec['pod'], path: Path, field: FoundField): Setting[] | null {
  const [key] = path;
  if (typeof key !== 'object') return null;
  const list = (['initContainers', 'sidecars'] as const).find((each) =>
    pod[each]?.some((one) => isItem(one, key)),
  );
  if (list === undefined) return null;
  return [[inPod(list), withValue(pod[list], path, field.at(field.path))]];
}

/**
 * A value that is overridden as a whole, with what was found at a path in it. Where something was taken out, something
 * else may stand in its place: then it is all that was found.
 */
function wholeOf(base: unknown, inner: Path, { path, at }: FoundField): unknown {
  const found = at(path);
  if (inner.length === 0) return found ?? null;
  if (found !== undefined) return withValue(base, inner, found);
  return at(path.slice(0, -inner.length)) ?? null;
}
