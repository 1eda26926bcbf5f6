import type { ApplicationSpec, InstanceSpec } from '@pilothouse/contract';
import { record, records } from '../containers-of.ts';
import { effectiveSpec } from '../effective-spec.ts';
import type { FoundField, InstanceLayers, Setting } from './found-field.ts';
import { templateSettings } from './template-settings.ts';
import { withValue, type Path } from './with-value.ts';

/**
 * The spec of an instance that says what somebody has made of a field in the cluster, as far as a spec can say it: what
 * replaces as a whole (a probe, an item of `env`) is overridden as a whole. Null: no field of an instance says it.
 * Whether an instance of that spec is then rendered as it was found is for the caller to see: prefixes, defaults and what
 * the renderer sets itself may say otherwise. So is whether it is a spec at all (`instanceSpec`).
 */
export function adoptField(layers: InstanceLayers, field: FoundField): InstanceSpec | null {
  const settings = field.path.length === 0 ? goneSettings(field) : settingsOf(layers, field);
  if (settings === null) return null;
  const spec = settings.reduce<unknown>(
    (made, [path, value]) => withValue(made, path, value),
    layers.instance,
  );
  return spec as InstanceSpec;
}

/** An object that is gone is not asked for any more. */
function goneSettings({ kind }: FoundField): Setting[] | null {
  switch (kind) {
    case 'Service':
    case 'Ingress':
      return [[['overrides', kind.toLowerCase()], null]];
    case 'ConfigMap':
      return [[['overrides', 'config'], null]];
    case 'HorizontalPodAutoscaler':
      return [[['autoscaling'], null]];
    default:
      return null;
  }
}

function settingsOf(layers: InstanceLayers, field: FoundField): Setting[] | null {
  const { spec } = effectiveSpec(layers);
  const { kind, path, at } = field;
  const found = at(path);
  const [part = '', name = '', ...rest] = path;
  const within = (value: 'service' | 'ingress' | 'config', inner: Path, there: unknown): Setting[] => [
    [['overrides', value], withValue(spec[value], inner, there)],
  ];
  if (kind === 'ConfigMap' && part === 'data') return within('config', ['files', name], found);
  if (part !== 'spec') return null;
  switch (`${kind}.${String(name)}`) {
    case 'Deployment.replicas':
      return [[['replicas'], found]];
    case 'Deployment.strategy':
      return [[['overrides', 'strategy'], strategyOf(spec.strategy, rest, found)]];
    case 'Deployment.template':
      return templateSettings(layers, { kind, path: rest, at: (inner) => at([part, name, ...inner]) });
    case 'Service.type':
    case 'Service.sessionAffinity':
      return within('service', [name], found);
    case 'Ingress.ingressClassName':
      return within('ingress', ['className'], found);
    case 'Ingress.rules':
      return within('ingress', ['rules'], rulesOf(at(['spec'])));
    case 'Ingress.tls':
      return within('ingress', ['tlsSecretName'], records(at(['spec']), 'tls')[0]?.['secretName']);
    case 'HorizontalPodAutoscaler.minReplicas':
    case 'HorizontalPodAutoscaler.maxReplicas':
      return [[['autoscaling', name], found]];
    case 'HorizontalPodAutoscaler.metrics':
      return [[['autoscaling', 'cpuUtilization'], utilizationOf(at(['spec']))]];
    default:
      return null;
  }
}

function strategyOf(
  strategy: ApplicationSpec['strategy'],
  [field, ...figure]: Path,
  found: unknown,
): unknown {
  const type = field === 'type' ? found : found === undefined && figure.length === 0 ? 'Recreate' : undefined;
  // it has no figures
  if (type === 'Recreate') return { type };
  return withValue(strategy ?? { type: 'RollingUpdate' }, field === 'type' ? ['type'] : figure, found);
}

/** An Ingress's rules, one for each host and path. */
function rulesOf(spec: unknown): unknown[] {
  return records(spec, 'rules').flatMap((rule) =>
    records(record(rule, 'http'), 'paths').map((each) => ({
      host: rule['host'],
      path: each['path'],
      pathType: each['pathType'],
      port: record(record(record(each, 'backend'), 'service'), 'port')['name'],
    })),
  );
}

function utilizationOf(spec: unknown): unknown {
  const [metric] = records(spec, 'metrics');
  return record(record(metric, 'resource'), 'target')['averageUtilization'];
}
