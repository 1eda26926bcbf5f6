import { ageColumn, defineKind, nameColumn } from '../kind.ts';
import { formatLabels } from '../label-selector.ts';
import { serviceExternalIP, servicePorts } from '../network/service-addresses.ts';
import type { Service } from '../wire/core.ts';

/** Without its addresses, unless it has none on purpose, and without its ports on the nodes. */
function anew(service: Service): Service {
  if (service.spec === undefined) return service;
  const { clusterIP, clusterIPs, healthCheckNodePort: _port, ports, ...spec } = service.spec;
  return {
    ...service,
    spec: {
      ...spec,
      ...(clusterIP === 'None' && { clusterIP, clusterIPs }),
      ...(ports && { ports: ports.map(({ nodePort: _nodePort, ...port }) => port) }),
    },
  };
}

/** Services as `kubectl get services -o wide` prints them (`printService`). */
export const services = defineKind({
  group: 'core',
  plural: 'services',
  kind: 'Service',
  namespaced: true,
  menu: { module: 'network', order: 10 },
  facts: (service: Service) => service,
  anew,
  fields: {
    name: nameColumn,
    type: { type: 'text', read: ({ spec }) => spec?.type ?? '', column: { header: 'TYPE', width: 132 } },
    clusterIP: {
      type: 'text',
      read: ({ spec }) => spec?.clusterIPs?.[0] ?? '<none>',
      column: { header: 'CLUSTER-IP', width: 130 },
    },
    externalIP: { type: 'text', read: serviceExternalIP, column: { header: 'EXTERNAL-IP', width: 130 } },
    ports: { type: 'text', read: servicePorts, column: { header: 'PORT(S)', width: 150 } },
    age: ageColumn,
    selector: {
      type: 'text',
      read: ({ spec }) => formatLabels(spec?.selector),
      column: { header: 'SELECTOR', wide: true, width: 240 },
    },
  },
  columns: ['name', 'type', 'clusterIP', 'externalIP', 'ports', 'age', 'selector'],
  fieldSelectors: { 'spec.clusterIP': 'clusterIP', 'spec.type': 'type' },
  relations: [
    {
      type: 'selects',
      kind: 'core/pods',
      selector: ({ spec }) => (spec?.selector === undefined ? null : { matchLabels: spec.selector }),
    },
    { type: 'owns', kind: 'discovery.k8s.io/endpointslices' },
  ],
});
