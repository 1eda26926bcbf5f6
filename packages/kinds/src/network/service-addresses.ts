import type { Service } from '../wire/core.ts';
import { loadBalancerAddresses } from './load-balancer-addresses.ts';

/** EXTERNAL-IP of a Service as `kubectl get -o wide` prints it (`getServiceExternalIP`). */
export function serviceExternalIP(service: Service): string {
  const { type, externalIPs = [], externalName = '' } = service.spec ?? {};
  if (type === 'ExternalName') return externalName;
  if (type === 'ClusterIP' || type === 'NodePort') return externalIPs.join(',') || '<none>';
  if (type !== 'LoadBalancer') return '<unknown>';
  return (
    [...loadBalancerAddresses(service.status?.loadBalancer?.ingress), ...externalIPs].join(',') || '<pending>'
  );
}

/** `80/TCP,443:30443/TCP`; `<none>` without ports (`makePortString`). */
export function servicePorts(service: Service): string {
  const ports = (service.spec?.ports ?? []).map(({ port, nodePort, protocol = 'TCP' }) =>
    nodePort ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
  );
  return ports.join(',') || '<none>';
}
