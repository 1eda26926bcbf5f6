import type { ApplicationSpec } from '@pilothouse/contract';
import { mainContainer } from './pod-spec.ts';

export type ContainerAndPod = Pick<ApplicationSpec, 'container' | 'pod'>;
export type Wire = Readonly<Record<string, unknown>>;

export interface NamedContainer {
  name: string;
  /** Of its fields: `container`, `pod.sidecars.proxy`. */
  path: string;
  fields: Wire;
}

/** The containers of a spec, the main one first. */
export function containersOf({ container, pod }: ContainerAndPod): NamedContainer[] {
  const beside = (list: 'initContainers' | 'sidecars') =>
    (pod[list] ?? []).map((fields) => ({ name: fields.name, path: `pod.${list}.${fields.name}`, fields }));
  return [
    { name: mainContainer, path: 'container', fields: container },
    ...beside('initContainers'),
    ...beside('sidecars'),
  ];
}

/** A field that is an object, of something that may be anything; empty where it is none. */
export function record(from: unknown, key: string): Wire {
  const value = from !== null && typeof from === 'object' ? (from as Wire)[key] : undefined;
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Wire) : {};
}

/** A field that is a list of objects, of something that may be anything. */
export function records(from: unknown, key: string): Wire[] {
  const value = from !== null && typeof from === 'object' ? (from as Wire)[key] : undefined;
  return Array.isArray(value)
    ? value.filter((item): item is Wire => item !== null && typeof item === 'object')
    : [];
}
