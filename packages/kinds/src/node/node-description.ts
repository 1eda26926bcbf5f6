import type { Node } from '../wire/core.ts';
import { taintText } from './change-taints.ts';

/** A node's taints as `kubectl describe` prints them: by effect, then key. */
export function nodeTaints({ spec }: Node): string[] {
  const order = ({ effect, key }: { effect: string; key: string }) => `${effect},${key}`;
  return (spec?.taints ?? [])
    .toSorted((a, b) => (order(a) < order(b) ? -1 : 1))
    .map((taint) => (taint.effect ? taintText(taint) : taintText(taint).replace(/:$/, '')));
}

/** An amount of a node, by resource; the other side is null where it does not offer it. */
export interface NodeAmount {
  name: string;
  capacity: string | null;
  allocatable: string | null;
}

/** What `kubectl describe node` tells of the node itself, under its headings and in its order. */
export interface NodeDescription {
  taints: string[];
  unschedulable: boolean;
  addresses: { type: string; address: string }[];
  amounts: NodeAmount[];
  /** Heading and text. */
  systemInfo: [string, string][];
  podCidr: string;
  podCidrs: string[];
  providerId: string;
}

/** Describes a node (`kubectl/pkg/describe/describe.go`, describeNode); without pods, lease and events, which are other objects. */
export function describeNode(node: Node): NodeDescription {
  const { spec, status } = node;
  const capacity = (status?.capacity ?? {}) as Record<string, string>;
  const allocatable = (status?.allocatable ?? {}) as Record<string, string>;
  const names = [...new Set([...Object.keys(capacity), ...Object.keys(allocatable)])].toSorted();
  const info = status?.nodeInfo;
  return {
    taints: nodeTaints(node),
    unschedulable: spec?.unschedulable === true,
    addresses: (status?.addresses ?? []).map(({ type, address }) => ({ type, address })),
    amounts: names.map((name) => ({
      name,
      capacity: capacity[name] ?? null,
      allocatable: allocatable[name] ?? null,
    })),
    systemInfo: [
      ['Machine ID', info?.machineID ?? ''],
      ['System UUID', info?.systemUUID ?? ''],
      ['Boot ID', info?.bootID ?? ''],
      ['Kernel Version', info?.kernelVersion ?? ''],
      ['OS Image', info?.osImage ?? ''],
      ['Operating System', info?.operatingSystem ?? ''],
      ['Architecture', info?.architecture ?? ''],
      ['Container Runtime Version', info?.containerRuntimeVersion ?? ''],
      ['Kubelet Version', info?.kubeletVersion ?? ''],
    ],
    podCidr: spec?.podCIDR ?? '',
    podCidrs: spec?.podCIDRs ?? [],
    providerId: spec?.providerID ?? '',
  };
}
