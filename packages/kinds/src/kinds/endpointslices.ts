import { ageColumn, defineKind, nameColumn, ownerColumn } from '../kind.ts';
import type { EndpointSlice } from '../wire/discovery.ts';

const shown = 3;

/** The first three, and how many more there are (`listWithMoreString`). */
function firstOf(items: string[]): string {
  const first = items.slice(0, shown).join(',');
  return items.length > shown ? `${first} + ${items.length - shown} more...` : first || '<unset>';
}

/** EndpointSlices as `kubectl get endpointslices` prints them (`printEndpointSlice`). */
export const endpointslices = defineKind({
  group: 'discovery.k8s.io',
  plural: 'endpointslices',
  kind: 'EndpointSlice',
  namespaced: true,
  menu: { module: 'network', order: 40 },
  facts: (slice: EndpointSlice) => slice,
  fields: {
    name: nameColumn,
    addressType: {
      type: 'text',
      read: (slice) => slice.addressType ?? '',
      column: { header: 'ADDRESSTYPE', width: 110 },
    },
    ports: {
      type: 'text',
      read: ({ ports }) => firstOf((ports ?? []).map(({ port, name }) => String(port ?? name ?? '*'))),
      column: { header: 'PORTS', width: 140 },
    },
    endpoints: {
      type: 'text',
      read: ({ endpoints }) => firstOf((endpoints ?? []).flatMap(({ addresses }) => addresses)),
      column: { header: 'ENDPOINTS', width: 300 },
    },
    age: ageColumn,
    owner: ownerColumn,
  },
  relations: [
    {
      type: 'refersTo',
      kind: 'core/services',
      names: ({ metadata }) => [metadata?.labels?.['kubernetes.io/service-name'] ?? ''].filter(Boolean),
    },
  ],
});
