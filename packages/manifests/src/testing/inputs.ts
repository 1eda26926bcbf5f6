import {
  applicationSpec,
  cronJobSpec,
  instanceSpec,
  namespaceDefaults,
  type ApplicationSpec,
  type CronJobSpec,
  type InstanceSpec,
  type NamespaceDefaults,
} from '@pilothouse/contract';
import { effectiveSpec, type CronJobToRender, type InstanceToRender } from '../index.ts';

/** Read through the contract's schemas, as what the API is given. */
export const application = (spec: unknown = {}): ApplicationSpec => applicationSpec.parse(spec);
export const defaults = (value: unknown = {}): NamespaceDefaults => namespaceDefaults.parse(value);
export const instance = (spec: object = {}): InstanceSpec =>
  instanceSpec.parse({ image: 'nginx:1.29', replicas: 1, ...spec });
export const overrides = (own: unknown): InstanceSpec => instance({ overrides: own });
export const cronJob = (spec: object = {}): CronJobSpec =>
  cronJobSpec.parse({ image: 'busybox:1.37', schedule: '15 3 * * *', ...spec });

interface Parts {
  application?: ApplicationSpec;
  instance?: InstanceSpec;
  defaults?: NamespaceDefaults;
  secrets?: string[];
  hasRegistries?: boolean;
  with?: Partial<InstanceToRender['instance']>;
}

export const applicationId = '0199d3a0-0000-7000-8000-00000000000a';
export const instanceId = '0199d3a0-0000-7000-8000-000000000001';

/** What the API renders an instance from. */
export function instanceToRender(parts: Parts = {}): InstanceToRender {
  const layers = {
    application: parts.application ?? application(),
    instance: parts.instance ?? instance(),
    defaults: parts.defaults ?? defaults(),
  };
  return {
    instance: {
      id: instanceId,
      name: 'main',
      objectName: 'cart-main',
      isPaused: false,
      restartedAt: null,
      ...parts.with,
    },
    application: {
      id: applicationId,
      name: 'cart',
      secrets: parts.secrets ?? [],
      secretsHash: 'hmac-of-secrets',
      hasRegistries: parts.hasRegistries ?? false,
    },
    path: 'acme.games.shop.cart',
    project: 'shop',
    namespace: 'shop-test',
    spec: layers.instance,
    effective: effectiveSpec(layers),
    defaults: layers.defaults,
  };
}

export function cronJobToRender(
  spec = cronJob(),
  of = defaults(),
  registries: CronJobToRender['registries'] = [],
): CronJobToRender {
  return {
    id: '0199d3a0-0000-7000-8000-00000000000c',
    name: 'nightly-report',
    path: 'acme.games.shop',
    project: 'shop',
    namespace: 'shop-test',
    spec,
    defaults: of,
    registries,
  };
}
