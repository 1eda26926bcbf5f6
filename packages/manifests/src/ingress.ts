import type { ApplicationSpec } from '@pilothouse/contract';
import type { Ingress } from '@pilothouse/kinds';

/** The Ingress to a Service of its namespace; the rules of one host stand together, in the order in which hosts come up. */
export function renderIngress(
  ingress: NonNullable<ApplicationSpec['ingress']>,
  serviceName: string,
  metadata: Ingress['metadata'],
): Ingress {
  const hosts = [...new Set(ingress.rules.map(({ host }) => host))];
  const pathsOf = (wanted: string) =>
    ingress.rules
      .filter(({ host }) => host === wanted)
      .map(({ path, pathType, port }) => ({
        path,
        pathType,
        backend: { service: { name: serviceName, port: { name: port } } },
      }));
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata,
    spec: {
      ingressClassName: ingress.className,
      rules: hosts.map((host) => ({ host, http: { paths: pathsOf(host) } })),
      tls: ingress.tlsSecretName === undefined ? undefined : [{ hosts, secretName: ingress.tlsSecretName }],
    },
  };
}
