import {
  applicationSpec,
  specOverrides,
  type ApplicationSpec,
  type SpecOverrides,
} from '@pilothouse/contract';
import fc from 'fast-check';

/** Few names, so that layers meet. */
const envName = fc.constantFrom('A', 'B', 'C', 'D');
const portName = fc.constantFrom('http', 'metrics', 'dns');
const volumeName = fc.constantFrom('data', 'cache', 'extra');
const mountPath = fc.constantFrom('/data', '/cache', '/etc/extra');
const labelKey = fc.constantFrom('team', 'lane', 'tier', 'pilothouse.io/instance', 'app.kubernetes.io/name');
const labelValue = fc.constantFrom('', 'blue', 'green', 'a-1');
const word = fc.constantFrom('', '/bin/sh', '-c', 'echo $(A)', 'ü');
const quantity = fc.constantFrom('100m', '1', '64Mi', '1Gi');
const resource = fc.constantFrom('cpu', 'memory');

const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const uniqueBy = <T extends object>(key: keyof T, item: fc.Arbitrary<T>) =>
  fc.uniqueArray(item, { maxLength: 4, selector: (each) => each[key] });
const map = <T>(value: fc.Arbitrary<T>) => fc.dictionary(labelKey, value, { maxKeys: 3 });

const commandLine = fc.array(word, { maxLength: 3 });
const envVar = fc.record({ name: envName, value: fc.string() });
const port = fc.record(
  {
    name: portName,
    containerPort: fc.integer({ min: 1, max: 65_535 }),
    protocol: fc.constantFrom('TCP', 'UDP'),
  },
  { requiredKeys: ['name', 'containerPort'] },
);
const volume = fc.oneof(
  fc.record({ name: volumeName, emptyDir: fc.constant({}) }),
  fc.record({ name: volumeName, configMap: fc.record({ name: fc.constant('files') }) }),
);
const volumeMount = fc.record({ name: volumeName, mountPath });
const probe = fc.record({
  tcpSocket: fc.record({ port: portName }),
  periodSeconds: fc.integer({ min: 1, max: 9 }),
});
const toleration = fc.record({ key: fc.constantFrom('gpu', 'pool'), operator: fc.constant('Exists') });
const service = fc.record(
  {
    type: fc.constantFrom('ClusterIP', 'NodePort'),
    over: fc.constantFrom('application', 'instance'),
    headless: fc.boolean(),
  },
  { requiredKeys: ['type', 'over'] },
);
const ingress = fc.record({
  rules: fc.array(
    fc.record({
      host: fc.constantFrom('a.example.com', 'b.example.com'),
      path: fc.constant('/'),
      port: portName,
    }),
    { minLength: 1, maxLength: 2 },
  ),
});
const config = fc.record({
  mountPath: fc.constant('/etc/app'),
  files: fc.dictionary(fc.constantFrom('a.yaml', 'b.yaml', '__proto__x'), fc.string(), { maxKeys: 2 }),
});
const strategy = fc.record({ type: fc.constantFrom('RollingUpdate', 'Recreate') });

const without = <T>(arbitrary: fc.Arbitrary<T>) => optional(fc.option(arbitrary));
const orUnset = <T, K extends string>(key: K, name: fc.Arbitrary<string>, item: fc.Arbitrary<T>) =>
  fc.oneof(item, fc.record({ [key]: name, unset: fc.constant(true) }));

/** What an application may say, read through the contract. */
export const anyApplication: fc.Arbitrary<ApplicationSpec> = fc
  .record({
    container: fc.record({
      command: optional(commandLine),
      args: optional(commandLine),
      readinessProbe: optional(fc.oneof(probe, fc.constant({}))),
      env: optional(uniqueBy('name', envVar)),
      ports: optional(uniqueBy('name', port)),
      volumeMounts: optional(uniqueBy('mountPath', volumeMount)),
      resources: optional(
        fc.record({
          requests: optional(fc.dictionary(resource, quantity)),
          limits: optional(fc.dictionary(resource, quantity)),
        }),
      ),
    }),
    pod: fc.record({
      labels: optional(map(labelValue)),
      annotations: optional(map(fc.string())),
      tolerations: optional(fc.array(toleration, { maxLength: 2 })),
      spread: optional(fc.constantFrom('nodes', 'none')),
      volumes: optional(uniqueBy('name', volume)),
    }),
    service: optional(service),
    ingress: optional(ingress),
    config: optional(config),
    strategy: optional(strategy),
  })
  .map((spec) => applicationSpec.parse(spec));

/** What an instance may say otherwise. */
export const anyOverrides: fc.Arbitrary<SpecOverrides> = fc
  .record({
    container: fc.record({
      command: without(commandLine),
      args: without(commandLine),
      readinessProbe: without(probe),
      env: optional(uniqueBy('name' as never, orUnset('name', envName, envVar) as fc.Arbitrary<object>)),
      ports: optional(uniqueBy('name' as never, orUnset('name', portName, port) as fc.Arbitrary<object>)),
      volumeMounts: optional(
        uniqueBy('mountPath' as never, orUnset('mountPath', mountPath, volumeMount) as fc.Arbitrary<object>),
      ),
      resources: optional(
        fc.record({
          requests: optional(fc.dictionary(resource, fc.option(quantity))),
          limits: optional(fc.dictionary(resource, fc.option(quantity))),
        }),
      ),
    }),
    pod: fc.record({
      labels: optional(map(fc.option(labelValue))),
      annotations: optional(map(fc.option(fc.string()))),
      tolerations: without(fc.array(toleration, { maxLength: 2 })),
      volumes: optional(
        uniqueBy('name' as never, orUnset('name', volumeName, volume) as fc.Arbitrary<object>),
      ),
    }),
    service: without(service),
    ingress: without(ingress),
    config: without(config),
    strategy: without(strategy),
  })
  .map((own) => specOverrides.parse(own));

/** The same value with every object's keys the other way round. */
export function inAnotherOrder<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item: unknown) => inAnotherOrder(item)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toReversed();
  return Object.fromEntries(entries.map(([key, part]) => [key, inAnotherOrder(part as unknown)])) as T;
}
