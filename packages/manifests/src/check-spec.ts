import type { ApplicationSpec, CronJobSpec, InstanceSpec, NamespaceDefaults } from '@pilothouse/contract';
import { checkContainers } from './check-containers.ts';
import { checkNetwork } from './check-network.ts';
import { checkVolumes } from './check-volumes.ts';
import type { ContainerAndPod } from './containers-of.ts';
import { effectiveSpec, type EffectiveSpec } from './effective-spec.ts';
import { isReservedKey } from './labels.ts';
import { quantityValue } from './quantity-value.ts';
import type { SpecProblem } from './spec-problem.ts';

interface Allowed {
  /** Hosts that an Ingress may use; `*.example.com` covers one label. */
  ingressHosts: readonly string[];
  /** Of the instance that is checked. */
  autoscaling?: InstanceSpec['autoscaling'];
}

/** A mount of a volume that is not there, a Service without a port, an Ingress's port or host that may not be, and the like. */
export function checkSpec({ spec }: EffectiveSpec, allowed: Allowed): SpecProblem[] {
  return [
    ...checkPod(spec),
    ...checkVolumes(spec),
    ...checkNetwork(spec, allowed.ingressHosts),
    ...checkStrategy(spec),
    ...(allowed.autoscaling && spec.container.resources?.requests?.['cpu'] === undefined
      ? [{ path: 'container.resources.requests.cpu', code: 'autoscalingWithoutRequest' as const, params: {} }]
      : []),
  ];
}

/** The same of a cron job with the project's defaults for its namespace. */
export function checkCronJob(spec: CronJobSpec, defaults: NamespaceDefaults): SpecProblem[] {
  const effective = effectiveSpec({
    application: { container: spec.container, pod: spec.pod },
    instance: { overrides: { container: {}, pod: {} } },
    defaults,
  });
  return [...checkPod(effective.spec), ...checkVolumes(effective.spec)];
}

function checkPod(spec: ContainerAndPod): SpecProblem[] {
  return [...checkContainers(spec), ...checkResources(spec), ...checkReserved(spec)];
}

/** The figures come from several layers, and need not fit together. */
function checkResources({ container: { resources } }: ContainerAndPod): SpecProblem[] {
  return Object.entries(resources?.requests ?? {}).flatMap(([resource, request]): SpecProblem[] => {
    const limit = resources?.limits?.[resource];
    if (limit === undefined || (quantityValue(request) ?? 0) <= (quantityValue(limit) ?? Infinity)) return [];
    const path = `container.resources.requests.${resource}`;
    return [{ path, code: 'requestAboveLimit', params: { resource, request, limit } }];
  });
}

function checkReserved({ pod }: ContainerAndPod): SpecProblem[] {
  return (['labels', 'annotations'] as const).flatMap((map) =>
    Object.keys(pod[map] ?? {})
      .filter(isReservedKey)
      .map((key): SpecProblem => ({ path: `pod.${map}.${key}`, code: 'reservedLabel', params: { key } })),
  );
}

function checkStrategy({ strategy }: ApplicationSpec): SpecProblem[] {
  const isNone = (figure: string | number | undefined) =>
    figure !== undefined && Number.parseInt(String(figure)) === 0;
  return strategy?.type === 'RollingUpdate' && isNone(strategy.maxSurge) && isNone(strategy.maxUnavailable)
    ? [{ path: 'strategy', code: 'strategyCannotMove', params: {} }]
    : [];
}
