import type { ApplicationSpec } from '@pilothouse/contract';
import { shortHash } from './short-hash.ts';

/** What a Service may be called on older apiservers (DNS-1035): it begins with a letter; what is too long ends in a hash. */
function objectName(name: string, longest: number): string {
  const lettered = /^[a-z]/.test(name) ? name : `app-${name}`;
  if (lettered.length <= longest) return lettered;
  const hash = shortHash(name).slice(0, 8);
  return `${lettered.slice(0, longest - hash.length - 1).replace(/-+$/, '')}-${hash}`;
}

/**
 * Name of an instance's Deployment, from which the names of its other objects come: `<application>-<instance>`, at most
 * 52 characters (room for what is appended), begins with a letter (older apiservers want that of Services), the same for
 * the same names; what is too long is cut and told apart by a hash. Names that meet (`a-b` of `c`, `a` of `b-c`) are for
 * the caller to refuse: it knows who is there.
 */
export function instanceObjectName(application: string, instance: string): string {
  return objectName(`${application}-${instance}`, 52);
}

type Service = NonNullable<ApplicationSpec['service']>;

/** `clusterIP` cannot be changed, neither to `None` nor back: a headless Service is another object. */
function serviceName(base: string, service: Service): string {
  return service.headless === true ? `${base}-headless` : base;
}

/** Name of the Service over all instances of an application in a namespace. */
export function sharedServiceName(application: string, service: Service): string {
  return serviceName(objectName(application, 52), service);
}

/** Name of the Service that is one instance's own. */
export function instanceServiceName(instanceObject: string, service: Service): string {
  return serviceName(instanceObject, service);
}

/** Name of the ConfigMap that an instance's files are in. */
export function configMapName(instanceObject: string): string {
  return `${instanceObject}-config`;
}

/** Name of the Secret with an application's secrets, by its id: Pods refer to it, and a rename restarts none. */
export function applicationSecretName(applicationId: string): string {
  return `app-secrets-${applicationId}`;
}

/** Name of the Secret with which an application's instances, or a cron job, pull images from the project's registries. */
export function registrySecretName(ownerId: string): string {
  return `registry-${ownerId}`;
}
