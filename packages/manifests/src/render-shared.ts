import type { ApplicationSpec } from '@pilothouse/contract';
import type { KubernetesObject, Secret } from '@pilothouse/kinds';
import { base64 } from './base64.ts';
import { canonical } from './canonical.ts';
import { renderIngress } from './ingress.ts';
import { applicationLabel, ownLabels } from './labels.ts';
import { applicationSecretName, registrySecretName, sharedServiceName } from './object-name.ts';
import { registrySecret, type RegistryCredential } from './registry-secret.ts';
import { renderService } from './service.ts';

export interface SharedToRender {
  application: { id: string; name: string };
  path: string;
  project: string;
  namespace: string;
  /** The application's newest spec. */
  spec: ApplicationSpec;
  /** Values by name. */
  secrets: Readonly<Record<string, string>>;
  registries: readonly RegistryCredential[];
}

/**
 * What the instances of an application in one namespace share: the Secret, the pull secret, the Service over all of them,
 * and the Ingress to it.
 */
export function renderShared(input: SharedToRender): KubernetesObject[] {
  const { application, namespace, spec, secrets, registries } = input;
  const named = (name: string) => ({ name, namespace, labels: ownLabels(input) });
  const objects: KubernetesObject[] = [];
  if (Object.keys(secrets).length > 0)
    objects.push(secretOf(secrets, named(applicationSecretName(application.id))));
  if (registries.length > 0)
    objects.push(registrySecret(registries, named(registrySecretName(application.id))));
  if (spec.service?.over === 'application') {
    const name = sharedServiceName(application.name, spec.service);
    const selector = { [applicationLabel]: application.id };
    objects.push(renderService(spec.service, spec.container.ports, named(name), selector));
    if (spec.ingress) objects.push(renderIngress(spec.ingress, name, named(name)));
  }
  return objects.map(canonical);
}

function secretOf(secrets: SharedToRender['secrets'], metadata: Secret['metadata']): Secret {
  const data = Object.fromEntries(Object.entries(secrets).map(([name, value]) => [name, base64(value)]));
  return { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data };
}
