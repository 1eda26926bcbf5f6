import type { PodSpec } from '../wire/core.ts';

/** Names and images of a template's containers, as kubectl's CONTAINERS and IMAGES (`layoutContainerCells`). */
export function templateFields<W>(templateOf: (object: W) => PodSpec | undefined) {
  const containersOf = (object: W) => templateOf(object)?.containers ?? [];
  return {
    containers: {
      type: 'text',
      read: (object: W) =>
        containersOf(object)
          .map(({ name }) => name)
          .join(','),
      column: { header: 'CONTAINERS', wide: true, width: 160 },
    },
    images: {
      type: 'text',
      read: (object: W) =>
        containersOf(object)
          .map(({ image }) => image ?? '')
          .join(','),
      column: { header: 'IMAGES', wide: true, width: 280 },
    },
  } as const;
}
