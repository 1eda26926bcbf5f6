import type { MetricSpec, MetricStatus } from '../wire/autoscaling.ts';

const unknown = '<unknown>';
const shown = 2;

/** What is aimed at, and what is measured; the same shape in every source. */
interface Amount {
  averageUtilization?: number;
  averageValue?: string | number;
  value?: string | number;
}

const percent = (utilization: number | undefined, otherwise: string) =>
  utilization === undefined ? otherwise : `${utilization}%`;

/** Of a container's or pod's cpu and memory: `cpu: 12%/80%`, `memory: 100Mi/1Gi`. */
function resourceText(name: string, target: Amount, current: Amount | undefined): string {
  if (target.averageValue !== undefined)
    return `${name}: ${current === undefined ? unknown : (current.averageValue ?? '<nil>')}/${target.averageValue}`;
  return `${name}: ${percent(current?.averageUtilization, unknown)}/${percent(target.averageUtilization, '<auto>')}`;
}

/** Of anything else: `3/10`, `3/10 (avg)`. */
function valueText(target: Amount, current: Amount | undefined): string {
  if (target.averageValue !== undefined)
    return `${current?.averageValue ?? unknown}/${target.averageValue} (avg)`;
  return `${current === undefined ? unknown : (current.value ?? '<nil>')}/${target.value ?? '<nil>'}`;
}

function textOf(spec: MetricSpec, status: MetricStatus | undefined): string {
  const { resource, containerResource, pods, object, external } = spec;
  if (spec.type === 'Resource' && resource)
    return resourceText(resource.name, resource.target, status?.resource?.current);
  if (spec.type === 'ContainerResource' && containerResource)
    return resourceText(containerResource.name, containerResource.target, status?.containerResource?.current);
  if (spec.type === 'Pods' && pods)
    return `${status?.pods?.current.averageValue ?? unknown}/${pods.target.averageValue ?? '<nil>'}`;
  if (spec.type === 'Object' && object) return valueText(object.target, status?.object?.current);
  if (spec.type === 'External' && external) return valueText(external.target, status?.external?.current);
  return '<unknown type>';
}

/** TARGETS of a HorizontalPodAutoscaler: the first two, and how many more there are (`formatHPAMetrics`). */
export function hpaMetricsText(specs: MetricSpec[], statuses: MetricStatus[]): string {
  if (specs.length === 0) return '<none>';
  const texts = specs.map((spec, index) => textOf(spec, statuses[index]));
  const first = texts.slice(0, shown).join(', ');
  return texts.length > shown ? `${first} + ${texts.length - shown} more...` : first;
}
