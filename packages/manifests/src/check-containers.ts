import {
  containersOf,
  record,
  records,
  type ContainerAndPod,
  type NamedContainer,
  type Wire,
} from './containers-of.ts';
import { repeated } from './repeated.ts';
import type { SpecProblem } from './spec-problem.ts';

const probes = ['startupProbe', 'readinessProbe', 'livenessProbe'];
const hooks = ['postStart', 'preStop'];
const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'];

/** Names, commands, ports, probes and hooks of every container. */
export function checkContainers(spec: ContainerAndPod): SpecProblem[] {
  const containers = containersOf(spec);
  const twice = repeated(containers, ({ name }) => name).map(({ name, path }): SpecProblem => ({
    path,
    code: 'containerNameTwice',
    params: { name },
  }));
  return [...twice, ...containers.flatMap(checkContainer)];
}

function checkContainer(container: NamedContainer): SpecProblem[] {
  return [...checkCommand(container), ...checkPorts(container), ...checkHandlers(container)];
}

/** Kubernetes would run the empty word. */
function checkCommand({ path, fields }: NamedContainer): SpecProblem[] {
  const { command } = fields;
  return Array.isArray(command) && command[0] === ''
    ? [{ path: `${path}.command`, code: 'commandBeginsEmpty', params: {} }]
    : [];
}

function checkPorts({ path, fields }: NamedContainer): SpecProblem[] {
  const ports = records(fields, 'ports');
  const at = (name: unknown) => `${path}.ports.${String(name ?? '')}`;
  const protocolOf = ({ protocol }: Wire) => String(protocol ?? 'TCP');
  return [
    // in a sidecar a port may go without a name: nothing refers to it
    ...ports
      .filter(({ name }) => path === 'container' && !name)
      .map((port): SpecProblem => ({
        path: at(''),
        code: 'portWithoutName',
        params: { port: Number(port['containerPort']) },
      })),
    ...repeated(ports, (port) => `${Number(port['containerPort'])}/${protocolOf(port)}`).map(
      (port): SpecProblem => ({
        path: at(port['name']),
        code: 'containerPortTwice',
        params: { port: Number(port['containerPort']), protocol: protocolOf(port) },
      }),
    ),
  ];
}

function checkHandlers({ path, fields }: NamedContainer): SpecProblem[] {
  const names = new Set(records(fields, 'ports').map(({ name }) => name));
  const lifecycle = record(fields, 'lifecycle');
  return [
    // an empty probe takes the default one away
    ...probes.map((key) => [`${path}.${key}`, record(fields, key)] as const),
    ...hooks.map((key) => [`${path}.lifecycle.${key}`, record(lifecycle, key)] as const),
  ]
    .filter(([, handler]) => Object.keys(handler).length > 0)
    .flatMap(([at, handler]): SpecProblem[] => {
      const said = handlers.filter((key) => handler[key] !== undefined && handler[key] !== null);
      if (said.length !== 1) return [{ path: at, code: 'probeHandler', params: { count: said.length } }];
      const { port } = record(handler, said[0] ?? '');
      return typeof port === 'string' && !names.has(port)
        ? [{ path: at, code: 'portUnknown', params: { port } }]
        : [];
    });
}
