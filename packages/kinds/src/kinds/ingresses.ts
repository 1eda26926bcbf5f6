import { ageColumn, defineKind, nameColumn } from '../kind.ts';
import { loadBalancerAddresses } from '../network/load-balancer-addresses.ts';
import type { Ingress } from '../wire/networking.ts';

type Rules = NonNullable<NonNullable<Ingress['spec']>['rules']>;
const shown = 3;

/** The first three hosts; a rule behind them counts, whether or not it has a host (`formatHosts`). */
function hostsOf(rules: Rules): string {
  const hosts: string[] = [];
  let more = false;
  for (const { host = '' } of rules) {
    if (hosts.length === shown) more = true;
    if (!more && host !== '') hosts.push(host);
  }
  if (hosts.length === 0) return '*';
  return more ? `${hosts.join(',')} + ${rules.length - shown} more...` : hosts.join(',');
}

function serviceNames({ spec }: Ingress): string[] {
  const backends = [
    spec?.defaultBackend,
    ...(spec?.rules ?? []).flatMap(({ http }) => http?.paths.map(({ backend }) => backend) ?? []),
  ];
  return [...new Set(backends.flatMap((backend) => backend?.service?.name ?? []))];
}

/** Ingresses as `kubectl get ingresses -o wide` prints them (`printIngress`). */
export const ingresses = defineKind({
  group: 'networking.k8s.io',
  plural: 'ingresses',
  kind: 'Ingress',
  namespaced: true,
  menu: { module: 'network', order: 20 },
  facts: (ingress: Ingress) => ingress,
  fields: {
    name: nameColumn,
    class: {
      type: 'text',
      read: ({ spec }) => spec?.ingressClassName ?? null,
      column: { header: 'CLASS', width: 120, absent: '<none>', refersTo: 'networking.k8s.io/ingressclasses' },
    },
    hosts: {
      type: 'text',
      read: ({ spec }) => hostsOf(spec?.rules ?? []),
      column: { header: 'HOSTS', width: 260 },
    },
    address: {
      type: 'text',
      read: ({ status }) => loadBalancerAddresses(status?.loadBalancer?.ingress).join(','),
      column: { header: 'ADDRESS', width: 180 },
    },
    ports: {
      type: 'text',
      read: ({ spec }) => ((spec?.tls ?? []).length > 0 ? '80, 443' : '80'),
      column: { header: 'PORTS', width: 90 },
    },
    age: ageColumn,
  },
  relations: [
    { type: 'refersTo', kind: 'core/services', names: serviceNames },
    {
      type: 'refersTo',
      kind: 'core/secrets',
      names: ({ spec }) => (spec?.tls ?? []).flatMap(({ secretName }) => secretName ?? []),
    },
    {
      type: 'refersTo',
      kind: 'networking.k8s.io/ingressclasses',
      names: ({ spec }) => (spec?.ingressClassName ? [spec.ingressClassName] : []),
    },
  ],
});
