import type { Row } from '../kind.ts';
import type { Pod, Service } from '../wire/core.ts';
import type { EndpointSlice } from '../wire/discovery.ts';

/** Why nothing answers behind a Service. */
export type ServiceTrouble =
  | { code: 'noSelector' }
  | { code: 'nothingMatches' }
  | { code: 'notReady'; pods: number }
  | { code: 'unknownPort'; port: string };

/** Addresses that get traffic: ready, or not said to be unready. */
export function readyAddresses(slices: EndpointSlice[]): string[] {
  return slices.flatMap(({ endpoints }) =>
    (endpoints ?? [])
      .filter(({ conditions }) => conditions?.ready !== false)
      .flatMap(({ addresses }) => addresses),
  );
}

/**
 * Why a Service has no endpoints, or not on every port. `pods` are rows of what its selector matches, `samples` some of
 * these pods whole, for the names of their ports.
 */
export function serviceTroubles(service: Service, pods: Row[], samples: Pod[]): ServiceTrouble[] {
  const { type, selector, ports = [] } = service.spec ?? {};
  if (type === 'ExternalName') return [];
  if (selector === undefined || Object.keys(selector).length === 0) return [{ code: 'noSelector' }];
  if (pods.length === 0) return [{ code: 'nothingMatches' }];
  const troubles: ServiceTrouble[] = [];
  const unready = pods.filter(({ cells }) => cells.status !== 'Running' || cells.ready !== cells.containers);
  if (unready.length > 0) troubles.push({ code: 'notReady', pods: unready.length });
  const names = new Set(
    samples.flatMap(({ spec }) =>
      [...(spec?.initContainers ?? []), ...(spec?.containers ?? [])].flatMap((container) =>
        (container.ports ?? []).flatMap(({ name }) => name ?? []),
      ),
    ),
  );
  for (const { targetPort } of ports)
    if (typeof targetPort === 'string' && samples.length > 0 && !names.has(targetPort))
      troubles.push({ code: 'unknownPort', port: targetPort });
  return troubles;
}
