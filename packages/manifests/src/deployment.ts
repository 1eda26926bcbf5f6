import type { ApplicationSpec } from '@pilothouse/contract';
import type { Container, Deployment, PodSpec } from '@pilothouse/kinds';
import { configHash, configMount, filesOf } from './config-files.ts';
import type { EffectiveSpec } from './effective-spec.ts';
import {
  configHashAnnotation,
  instanceLabel,
  pathAnnotation,
  podLabels,
  restartedAtAnnotation,
  secretsHashAnnotation,
  withoutReserved,
} from './labels.ts';
import { applicationSecretName, registrySecretName } from './object-name.ts';
import { renderPodSpec } from './pod-spec.ts';
import type { InstanceToRender } from './render-instance.ts';

export function renderDeployment(
  input: InstanceToRender,
  metadata: NonNullable<Deployment['metadata']>,
): Deployment {
  const { instance, spec, effective } = input;
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { ...metadata, annotations: { [pathAnnotation]: input.path } },
    spec: {
      // the autoscaler's, where there is one
      replicas: spec.autoscaling === null ? spec.replicas : undefined,
      paused: instance.isPaused || undefined,
      selector: { matchLabels: { [instanceLabel]: instance.id } },
      strategy: strategyOf(effective.spec),
      template: {
        metadata: {
          labels: podLabels(input, effective.spec.pod.labels),
          annotations: podAnnotations(input),
        },
        spec: podSpecOf(input),
      },
    },
  };
}

function podSpecOf({ instance, application, spec, effective, defaults }: InstanceToRender): PodSpec {
  const { container, pod } = effective.spec;
  const files = filesOf(effective.spec);
  const readinessProbe = readinessOf(effective);
  return {
    ...renderPodSpec({
      image: spec.image,
      registryPrefix: defaults.registryPrefix,
      spec: { pod, container: { ...container, readinessProbe } },
      env: secretVariables(application),
      pullSecret: application.hasRegistries ? registrySecretName(application.id) : undefined,
      ...(files && configMount(files, instance.objectName)),
    }),
    ...(pod.spread !== 'none' && {
      topologySpreadConstraints: [
        {
          maxSkew: 1,
          topologyKey: 'kubernetes.io/hostname',
          whenUnsatisfiable: 'ScheduleAnyway',
          labelSelector: { matchLabels: { [instanceLabel]: instance.id } },
        },
      ],
    }),
  };
}

function podAnnotations({ instance, application, effective }: InstanceToRender): Record<string, string> {
  const files = filesOf(effective.spec);
  return {
    ...withoutReserved(effective.spec.pod.annotations),
    ...(files && { [configHashAnnotation]: configHash(files) }),
    ...(application.secrets.length > 0 && { [secretsHashAnnotation]: application.secretsHash }),
    ...(instance.restartedAt !== null && { [restartedAtAnnotation]: instance.restartedAt }),
  };
}

function secretVariables({ id, secrets }: InstanceToRender['application']): NonNullable<Container['env']> {
  const name = applicationSecretName(id);
  return secrets.toSorted().map((key) => ({ name: key, valueFrom: { secretKeyRef: { name, key } } }));
}

/**
 * The probe that is said; where nobody says anything, that the first TCP port takes connections; none where it is taken
 * away (null of an instance, an empty one of an application).
 */
export function readinessOf({ spec, origins }: EffectiveSpec): Record<string, unknown> | undefined {
  const { readinessProbe, ports } = spec.container;
  if (readinessProbe !== undefined)
    return Object.keys(readinessProbe).length > 0 ? readinessProbe : undefined;
  if (origins.has('container.readinessProbe')) return undefined;
  const port = ports?.find(({ protocol }) => protocol === undefined || protocol === 'TCP');
  return port && { tcpSocket: { port: port.name } };
}

/**
 * Kubernetes' own figures (`apps/v1/defaults.go`), said aloud: what the apiserver fills in is nobody's, so it would stay,
 * and then Recreate is refused.
 */
const rollingUpdate = { maxSurge: '25%', maxUnavailable: '25%' };

function strategyOf({ strategy }: ApplicationSpec): NonNullable<Deployment['spec']>['strategy'] {
  const { type, ...figures } = strategy ?? { type: 'RollingUpdate' };
  return type === 'Recreate' ? { type } : { type, rollingUpdate: { ...rollingUpdate, ...figures } };
}
