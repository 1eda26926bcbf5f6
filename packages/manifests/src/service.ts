import type { ApplicationSpec } from '@pilothouse/contract';
import type { Service } from '@pilothouse/kinds';

/** The Service in front of the ports of the Pods that `selector` finds. */
export function renderService(
  service: NonNullable<ApplicationSpec['service']>,
  ports: ApplicationSpec['container']['ports'],
  metadata: Service['metadata'],
  selector: Record<string, string>,
): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: {
      type: service.type,
      clusterIP: service.headless === true ? 'None' : undefined,
      sessionAffinity: service.sessionAffinity,
      selector,
      ports: ports?.map(({ name, containerPort, protocol, servicePort }) => ({
        name,
        port: servicePort ?? containerPort,
        protocol: protocol ?? 'TCP',
        targetPort: name,
      })),
    },
  };
}
