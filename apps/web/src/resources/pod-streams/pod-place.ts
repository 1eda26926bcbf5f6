import type { PodOfUnit, TicketRequest } from '@pilothouse/contract';

/** By which node of the service tree a Pod is come to, instead of by rights in its cluster. */
export type Through = NonNullable<Extract<TicketRequest, { purpose: 'log' }>['through']>;

/** A Pod, and the names of its containers. */
export interface PodPlace {
  cluster: string;
  namespace: string;
  pod: string;
  /** Another Pod of the same name is another log. */
  uid: string;
  containers: readonly string[];
  through?: Through | undefined;
}

/** What a ticket names of it. */
export function targetOf({ cluster, namespace, pod, through }: PodPlace, container: string) {
  return { cluster, namespace, pod, container, ...(through !== undefined && { through }) };
}

/** TCP ports that a Pod's containers name. */
export type PodPorts = PodOfUnit['ports'];
