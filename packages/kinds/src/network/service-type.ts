import { pathText, valueAt, type PlainPath } from '../merge/path.ts';
import { isRecord } from '../merge/values.ts';

/** What `spec.type` of a Service can be. */
export const serviceTypes = ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'] as const;
export type ServiceType = (typeof serviceTypes)[number];

/** An object that is edited by path: a form's draft, a document. */
export interface EditableObject {
  get(path: PlainPath): unknown;
  set(path: PlainPath, value: unknown): void;
  remove(path: PlainPath): void;
}

const withAddress: ServiceType[] = ['ClusterIP', 'NodePort', 'LoadBalancer'];
const withNodePorts: ServiceType[] = ['NodePort', 'LoadBalancer'];

/**
 * Fields that only Services of some types can have (`pkg/registry/core/service/strategy.go`, `dropTypeDependentFields`;
 * `core/validation.ValidateService` refuses them beside another type).
 */
const typed: Record<string, readonly ServiceType[]> = {
  externalName: ['ExternalName'],
  clusterIP: withAddress,
  clusterIPs: withAddress,
  ipFamilies: withAddress,
  ipFamilyPolicy: withAddress,
  externalTrafficPolicy: withNodePorts,
  healthCheckNodePort: ['LoadBalancer'],
  allocateLoadBalancerNodePorts: ['LoadBalancer'],
  loadBalancerClass: ['LoadBalancer'],
  loadBalancerSourceRanges: ['LoadBalancer'],
};

type Fields = Record<string, unknown>;

function typeOf(service: unknown): ServiceType {
  return (valueAt(service, ['spec', 'type']) as ServiceType | undefined) ?? 'ClusterIP';
}

function portsOf(service: unknown): unknown[] {
  const ports = valueAt(service, ['spec', 'ports']);
  return Array.isArray(ports) ? ports : [];
}

/** External addresses make any Service one that is reached from outside. */
function mayHave(spec: unknown, field: string, type: ServiceType): boolean {
  if (typed[field]?.includes(type) !== false) return true;
  const { externalIPs } = isRecord(spec) ? spec : {};
  const isReached = type === 'ClusterIP' && Array.isArray(externalIPs) && externalIPs.length > 0;
  return field === 'externalTrafficPolicy' && isReached;
}

/** Fields of a Service that one of another type cannot have, as the apiserver writes paths. */
export function lostWithType(service: unknown, type: ServiceType): { field: string; value: unknown }[] {
  const spec = valueAt(service, ['spec']);
  const lost = Object.keys(typed)
    .filter((field) => !mayHave(spec, field, type) && valueAt(spec, [field]) !== undefined)
    .map((field): PlainPath => ['spec', field]);
  const nodePorts = withNodePorts.includes(type)
    ? []
    : portsOf(service).flatMap((port, index): PlainPath[] =>
        isRecord(port) && port['nodePort'] !== undefined ? [['spec', 'ports', index, 'nodePort']] : [],
      );
  // no address is none that is lost
  const isNone = (path: PlainPath) => path.at(-1) === 'clusterIP' && valueAt(service, path) === 'None';
  return [...lost, ...nodePorts]
    .filter((path) => path.at(-1) !== 'clusterIPs' && !isNone(path))
    .map((path) => ({ field: pathText(path), value: valueAt(service, path) }));
}

/** Types a Service can be given: without an address of its own it has no node ports, and never gets one. */
export function typesOfService(service: unknown): readonly ServiceType[] {
  const isHeadless = valueAt(service, ['spec', 'clusterIP']) === 'None';
  return isHeadless ? ['ClusterIP', 'ExternalName'] : serviceTypes;
}

/**
 * Makes the rest of a Service agree with its type: what the type cannot have goes; what `initial`, of the same type,
 * had comes back.
 * @param initial the Service that is edited, as it was read; absent for a new one.
 */
export function fitServiceToType(draft: EditableObject, initial?: unknown): void {
  const spec = draft.get(['spec']);
  const type = typeOf({ spec });
  for (const field of Object.keys(typed)) if (!mayHave(spec, field, type)) draft.remove(['spec', field]);
  // only a Service of the cluster's own can be without an address
  const isNone = draft.get(['spec', 'clusterIP']) === 'None';
  if (isNone && type !== 'ClusterIP')
    for (const field of ['clusterIP', 'clusterIPs']) draft.remove(['spec', field]);
  const before = typeOf(initial) === type ? initial : undefined;
  for (const field of Object.keys(typed)) {
    const value = valueAt(before, ['spec', field]);
    if (value !== undefined && draft.get(['spec', field]) === undefined) draft.set(['spec', field], value);
  }
  portsOf({ spec: draft.get(['spec']) }).forEach((port, index) => {
    const path = ['spec', 'ports', index, 'nodePort'];
    if (!withNodePorts.includes(type)) draft.remove(path);
    else if (isRecord(port) && port['nodePort'] === undefined) {
      const nodePort = samePort(before, port)?.['nodePort'];
      if (nodePort !== undefined) draft.set(path, nodePort);
    }
  });
}

function samePort(service: unknown, { port, protocol = 'TCP' }: Fields): Fields | undefined {
  return portsOf(service)
    .filter(isRecord)
    .find((each) => each['port'] === port && (each['protocol'] ?? 'TCP') === protocol);
}
