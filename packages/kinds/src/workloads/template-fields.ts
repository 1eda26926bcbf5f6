import type { PodSpec } from '../wire/core.ts';

/** Names of a template's containers, as kubectl's CONTAINERS (`layoutContainerCells`). */
export function containerNames(spec: PodSpec | undefined): string {
  return (spec?.containers ?? []).map(({ name }) => name).join(',');
}

/** Images of a template's containers, as kubectl's IMAGES. */
export function containerImages(spec: PodSpec | undefined): string {
  return (spec?.containers ?? []).map(({ image }) => image ?? '').join(',');
}
