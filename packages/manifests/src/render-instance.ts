import type { InstanceSpec, NamespaceDefaults } from '@pilothouse/contract';
import type { KubernetesObject } from '@pilothouse/kinds';
import { renderAutoscaler, renderDisruptionBudget } from './availability.ts';
import { canonical } from './canonical.ts';
import { filesOf, renderConfigMap } from './config-files.ts';
import { renderDeployment } from './deployment.ts';
import type { EffectiveSpec } from './effective-spec.ts';
import { renderIngress } from './ingress.ts';
import { instanceLabel, ownLabels } from './labels.ts';
import { configMapName, instanceServiceName, sharedServiceName } from './object-name.ts';
import { renderService } from './service.ts';

export interface InstanceToRender {
  instance: { id: string; name: string; objectName: string; isPaused: boolean; restartedAt: string | null };
  application: {
    id: string;
    name: string;
    secrets: readonly string[];
    secretsHash: string;
    /** Its images are pulled with the Secret of {@link registrySecretName}. */
    hasRegistries: boolean;
  };
  /** Names from the top of the service tree, joined by dots. */
  path: string;
  project: string;
  namespace: string;
  spec: Pick<InstanceSpec, 'image' | 'replicas' | 'autoscaling'>;
  effective: EffectiveSpec;
  defaults: NamespaceDefaults;
}

/**
 * The objects of one instance, in the order in which they are to be applied: ConfigMap, Deployment, Service (where each
 * has its own), Ingress (to its own Service, or where it says one of its own), HorizontalPodAutoscaler (then the Deployment
 * has no `replicas`), PodDisruptionBudget (more than one replica). The same input renders the same bytes. The selector is
 * `pilothouse.io/instance: <id>`, whatever is edited.
 */
export function renderInstance(input: InstanceToRender): KubernetesObject[] {
  const { instance, application, namespace, spec, effective } = input;
  const { service, ingress, container } = effective.spec;
  const labels = ownLabels(input);
  const named = (name: string) => ({ name, namespace, labels });
  const selector = { [instanceLabel]: instance.id };
  const files = filesOf(effective.spec);
  const objects: KubernetesObject[] = [];
  if (files) objects.push(renderConfigMap(files, named(configMapName(instance.objectName))));
  objects.push(renderDeployment(input, named(instance.objectName)));
  const hasOwnService = service?.over === 'instance';
  if (hasOwnService) {
    const name = instanceServiceName(instance.objectName, service);
    objects.push(renderService(service, container.ports, named(name), selector));
  }
  if (service && ingress && (hasOwnService || effective.origins.get('ingress') === 'instance')) {
    const serviceName = hasOwnService
      ? instanceServiceName(instance.objectName, service)
      : sharedServiceName(application.name, service);
    objects.push(renderIngress(ingress, serviceName, named(instance.objectName)));
  }
  if (spec.autoscaling)
    objects.push(renderAutoscaler(spec.autoscaling, instance.objectName, named(instance.objectName)));
  if ((spec.autoscaling?.minReplicas ?? spec.replicas) > 1)
    objects.push(renderDisruptionBudget(selector, named(instance.objectName)));
  return objects.map(canonical);
}
