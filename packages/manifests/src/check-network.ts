import type { ApplicationSpec } from '@pilothouse/contract';
import { repeated } from './repeated.ts';
import type { SpecProblem } from './spec-problem.ts';

/** The Service, and the Ingress to it. */
export function checkNetwork(spec: ApplicationSpec, ingressHosts: readonly string[]): SpecProblem[] {
  return [...checkService(spec), ...checkIngress(spec, ingressHosts)];
}

function checkService({ service, container: { ports = [] } }: ApplicationSpec): SpecProblem[] {
  if (service === undefined) return [];
  const problems: SpecProblem[] = [];
  if (ports.length === 0 && service.headless !== true)
    problems.push({ path: 'service', code: 'serviceWithoutPort', params: {} });
  if (service.headless === true && service.type !== 'ClusterIP')
    problems.push({ path: 'service.headless', code: 'headlessType', params: { type: service.type } });
  const portOf = (port: (typeof ports)[number]) => port.servicePort ?? port.containerPort;
  return [
    ...problems,
    ...repeated(ports, (port) => `${portOf(port)}/${port.protocol ?? 'TCP'}`)
      // where the container's own are the same, that is said already
      .filter((port) => port.servicePort !== undefined)
      .map((port): SpecProblem => ({
        path: `container.ports.${port.name}`,
        code: 'servicePortTwice',
        params: { port: portOf(port), protocol: port.protocol ?? 'TCP' },
      })),
  ];
}

function checkIngress(
  { ingress, service, container }: ApplicationSpec,
  ingressHosts: readonly string[],
): SpecProblem[] {
  if (ingress === undefined) return [];
  if (service === undefined) return [{ path: 'ingress', code: 'ingressWithoutService', params: {} }];
  const ports = new Set(container.ports?.map(({ name }) => name));
  return ingress.rules.flatMap(({ host, port }, index) => {
    const problems: SpecProblem[] = [];
    const at = `ingress.rules.${index}`;
    if (!ports.has(port)) problems.push({ path: `${at}.port`, code: 'portUnknown', params: { port } });
    if (!ingressHosts.some((allowed) => covers(allowed, host)))
      problems.push({ path: `${at}.host`, code: 'hostNotAllowed', params: { host } });
    return problems;
  });
}

/** `*.example.com` covers `a.example.com` and itself, neither `example.com` nor `a.b.example.com`. */
function covers(allowed: string, host: string): boolean {
  if (allowed === host) return true;
  const dot = host.indexOf('.');
  return allowed.startsWith('*.') && dot > 0 && host.slice(dot) === allowed.slice(1);
}
