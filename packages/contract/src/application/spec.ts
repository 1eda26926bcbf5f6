import { z } from 'zod';
import { dnsLabel, dnsSubdomain } from '../common.ts';
import { isLabelValue, isQualifiedName } from '../actions/metadata-changes.ts';

/**
 * What an application says of its Pods and of how they are reached. Fields are Kubernetes' own, by their own names; what
 * is deeper than a form reaches (a probe, a volume's source) is taken as it is, and the apiserver has the last word.
 */

/** As Kubernetes has them, unknown keys and all. */
const wire = z.record(z.string().max(253), z.unknown());
const text = z.string().max(32_768);
const envName = z
  .string()
  .max(253)
  .regex(/^[-._A-Za-z][-._A-Za-z0-9]*$/, 'envName');
const labelKey = z.string().max(317).refine(isQualifiedName, 'qualifiedName');
const labelValue = z.string().max(63).refine(isLabelValue, 'labelValue');
const labelMap = z.record(labelKey, labelValue);
const annotationMap = z.record(labelKey, text);
const quantity = z
  .string()
  .max(40)
  .regex(/^\d+(\.\d+)?([eE][-+]?\d+|[numkMGTPE]i?|)$/, 'quantity');
const quantities = z.record(labelKey, quantity);
/** IANA_SVC_NAME: what a port may be called, and what a probe or an Ingress calls it by. */
const portName = z
  .string()
  .max(15)
  .regex(/^(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/, 'portName');
const portNumber = z.number().int().min(1).max(65_535);

const keyOf = z.strictObject({
  name: dnsSubdomain,
  key: z.string().min(1).max(253),
  optional: z.boolean().optional(),
});
/** A value, or where it comes from. */
const envVar = z.strictObject({
  name: envName,
  value: text.optional(),
  valueFrom: z
    .strictObject({
      fieldRef: z
        .strictObject({ fieldPath: z.string().max(253), apiVersion: z.string().max(253).optional() })
        .optional(),
      resourceFieldRef: z
        .strictObject({
          resource: z.string().max(253),
          containerName: dnsLabel.optional(),
          divisor: quantity.optional(),
        })
        .optional(),
      configMapKeyRef: keyOf.optional(),
      secretKeyRef: keyOf.optional(),
    })
    .refine((source) => Object.values(source).filter((part) => part !== undefined).length === 1, 'oneSource')
    .optional(),
});
const envFrom = z.strictObject({
  prefix: z.string().max(253).optional(),
  configMapRef: z.strictObject({ name: dnsSubdomain, optional: z.boolean().optional() }).optional(),
  secretRef: z.strictObject({ name: dnsSubdomain, optional: z.boolean().optional() }).optional(),
});
const port = z.strictObject({
  name: portName,
  containerPort: portNumber,
  protocol: z.enum(['TCP', 'UDP', 'SCTP']).optional(),
  /** The Service's; absent: the container's. */
  servicePort: portNumber.optional(),
});
const volumeMount = z.strictObject({
  name: dnsLabel,
  mountPath: z.string().min(1).max(1024),
  subPath: z.string().max(1024).optional(),
  readOnly: z.boolean().optional(),
});
const volume = z.looseObject({ name: dnsLabel });
const resources = z.strictObject({ requests: quantities.optional(), limits: quantities.optional() });

const commandLine = z.array(text).max(200);
/** Fields that only have a value or none; null takes away what is inherited. */
const containerValues = {
  command: commandLine,
  args: commandLine,
  workingDir: z.string().max(1024),
  imagePullPolicy: z.enum(['Always', 'IfNotPresent', 'Never']),
  startupProbe: wire,
  readinessProbe: wire,
  livenessProbe: wire,
  lifecycle: wire,
  securityContext: wire,
};
const podValues = {
  tolerations: z.array(wire).max(50),
  imagePullSecrets: z.array(z.strictObject({ name: dnsSubdomain })).max(20),
  serviceAccountName: dnsSubdomain,
  terminationGracePeriodSeconds: z.number().int().min(0).max(86_400),
  priorityClassName: dnsSubdomain,
  securityContext: wire,
  hostNetwork: z.boolean(),
  hostPID: z.boolean(),
  hostIPC: z.boolean(),
  /** Spread over nodes, where there is room; so unless it is `none`. */
  spread: z.enum(['nodes', 'none']),
};
const podMaps = { labels: labelMap, annotations: annotationMap, nodeSelector: labelMap };

const optional = <S extends Record<string, z.ZodType>>(shape: S) =>
  Object.fromEntries(Object.entries(shape).map(([key, schema]) => [key, schema.optional()])) as {
    [K in keyof S]: z.ZodOptional<S[K]>;
  };
const nullable = <S extends Record<string, z.ZodType>>(shape: S) =>
  Object.fromEntries(Object.entries(shape).map(([key, schema]) => [key, schema.nullable().optional()])) as {
    [K in keyof S]: z.ZodOptional<z.ZodNullable<S[K]>>;
  };
const uniqueBy = (key: string) => (items: readonly object[]) => {
  const keys = items.map((item) => (item as Record<string, unknown>)[key]);
  return new Set(keys).size === keys.length;
};

const fullContainer = z.looseObject({ name: dnsLabel, image: z.string().min(1).max(1024) });

const service = z.strictObject({
  type: z.enum(['ClusterIP', 'NodePort', 'LoadBalancer']),
  /** One over all instances in a namespace, or each its own. */
  over: z.enum(['application', 'instance']),
  headless: z.boolean().optional(),
  sessionAffinity: z.enum(['None', 'ClientIP']).optional(),
});
const ingress = z.strictObject({
  className: dnsSubdomain.optional(),
  rules: z
    .array(
      z.strictObject({
        host: z
          .string()
          .max(253)
          .regex(/^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/, 'host'),
        path: z.string().max(1024).regex(/^\//, 'path').default('/'),
        pathType: z.enum(['Prefix', 'Exact', 'ImplementationSpecific']).default('Prefix'),
        /** Name of a port. */
        port: portName,
      }),
    )
    .min(1)
    .max(50),
  tlsSecretName: dnsSubdomain.optional(),
});
const config = z.strictObject({
  /** Where the files are in the container. */
  mountPath: z.string().min(1).max(1024),
  /** By name; UTF-8. */
  files: z
    .record(
      z
        .string()
        .max(253)
        .regex(/^[-._A-Za-z0-9]+$/, 'configKey'),
      z.string().max(262_144),
    )
    .refine((files) => Object.keys(files).length <= 100, 'tooManyFiles'),
});
const strategy = z.strictObject({
  type: z.enum(['RollingUpdate', 'Recreate']),
  maxSurge: z.union([z.number().int().min(0), z.string().regex(/^\d{1,3}%$/, 'percent')]).optional(),
  maxUnavailable: z.union([z.number().int().min(0), z.string().regex(/^\d{1,3}%$/, 'percent')]).optional(),
});

/** What is not the container's nor the Pod's. */
const around = { service, ingress, config, strategy };

/** What all instances of an application share; there is no image in it. */
export const applicationSpec = z.strictObject({
  container: z
    .strictObject({
      ...optional(containerValues),
      env: z.array(envVar).max(500).refine(uniqueBy('name'), 'twice').optional(),
      envFrom: z.array(envFrom).max(50).optional(),
      ports: z.array(port).max(50).refine(uniqueBy('name'), 'twice').optional(),
      volumeMounts: z.array(volumeMount).max(100).refine(uniqueBy('mountPath'), 'twice').optional(),
      resources: resources.optional(),
    })
    .default({}),
  pod: z
    .strictObject({
      ...optional(podValues),
      ...optional(podMaps),
      volumes: z.array(volume).max(100).refine(uniqueBy('name'), 'twice').optional(),
      initContainers: z.array(fullContainer).max(20).optional(),
      sidecars: z.array(fullContainer).max(20).optional(),
    })
    .default({}),
  ...optional(around),
});
export type ApplicationSpec = z.output<typeof applicationSpec>;

/** An item that takes away the inherited one of that name. */
const unset = <K extends string>(key: K, schema: z.ZodType<string>) =>
  z.strictObject({ [key]: schema, unset: z.literal(true) } as { [k in K]: z.ZodType<string> } & {
    unset: z.ZodLiteral<true>;
  });
/** Of a map: null takes the key away. */
const withoutSome = (value: z.ZodType<string>) => z.record(labelKey, value.nullable());

/**
 * What an instance says otherwise than its application, by field: values replace, null takes away; `env`, `ports`,
 * `volumes` (by name) and `volumeMounts` (by mount path) merge, own wins, `{ name, unset: true }` takes away; maps merge by
 * key, null takes away; a resource's figure replaces that of the same name.
 */
export const specOverrides = z.strictObject({
  container: z
    .strictObject({
      ...nullable(containerValues),
      env: z
        .array(z.union([envVar, unset('name', envName)]))
        .max(500)
        .refine(uniqueBy('name'), 'twice')
        .optional(),
      envFrom: z.array(envFrom).max(50).nullable().optional(),
      ports: z
        .array(z.union([port, unset('name', portName)]))
        .max(50)
        .refine(uniqueBy('name'), 'twice')
        .optional(),
      volumeMounts: z
        .array(z.union([volumeMount, unset('mountPath', z.string().min(1).max(1024))]))
        .max(100)
        .refine(uniqueBy('mountPath'), 'twice')
        .optional(),
      resources: z
        .strictObject({
          requests: withoutSome(quantity).optional(),
          limits: withoutSome(quantity).optional(),
        })
        .optional(),
    })
    .default({}),
  pod: z
    .strictObject({
      ...nullable(podValues),
      labels: withoutSome(labelValue).optional(),
      annotations: withoutSome(text).optional(),
      nodeSelector: withoutSome(labelValue).optional(),
      volumes: z
        .array(z.union([volume, unset('name', dnsLabel)]))
        .max(100)
        .refine(uniqueBy('name'), 'twice')
        .optional(),
      initContainers: z.array(fullContainer).max(20).nullable().optional(),
      sidecars: z.array(fullContainer).max(20).nullable().optional(),
    })
    .default({}),
  ...nullable(around),
});
export type SpecOverrides = z.output<typeof specOverrides>;

/** What a project says for all that runs in one of its namespaces. */
export const namespaceDefaults = z.strictObject({
  resources: resources.default({}),
  tolerations: z.array(wire).max(50).default([]),
  nodeSelector: labelMap.default({}),
  imagePullSecrets: z
    .array(z.strictObject({ name: dnsSubdomain }))
    .max(20)
    .default([]),
  /** Before every image that names no registry of its own: `registry.example.com/team`. */
  registryPrefix: z.string().max(255).default(''),
  /** Hosts that an Ingress may use; `*.example.com` covers one label. Empty: none. */
  ingressHosts: z.array(z.string().max(253)).max(50).default([]),
});
export type NamespaceDefaults = z.output<typeof namespaceDefaults>;

export const autoscaling = z.strictObject({
  minReplicas: z.number().int().min(1).max(1000),
  maxReplicas: z.number().int().min(1).max(1000),
  /** Of what is requested, in percent. */
  cpuUtilization: z.number().int().min(1).max(1000),
});

/** The instance's own part; cluster and namespace are the project's, by the namespace's id. */
export const instanceSpec = z.strictObject({
  image: z
    .string()
    .trim()
    .min(1)
    .max(1024)
    .regex(/^[^\s]+$/, 'image'),
  replicas: z.number().int().min(0).max(1000),
  /** In the place of `replicas`. */
  autoscaling: autoscaling
    .refine(({ minReplicas, maxReplicas }) => minReplicas <= maxReplicas, {
      path: ['maxReplicas'],
      error: 'lessThanMin',
    })
    .nullable()
    .default(null),
  overrides: specOverrides.prefault({}),
});
export type InstanceSpec = z.output<typeof instanceSpec>;
