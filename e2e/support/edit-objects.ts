/** A kind of ours that has integers of 64 bits. */
export const siteDefinition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'sites.e2e.pilothouse.io' },
  spec: {
    group: 'e2e.pilothouse.io',
    names: { kind: 'Site', plural: 'sites' },
    scope: 'Namespaced',
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                properties: {
                  note: { type: 'string' },
                  size: { type: 'integer', format: 'int64' },
                  ids: { type: 'array', items: { type: 'integer', format: 'int64' } },
                },
              },
            },
          },
        },
      },
    ],
  },
};

/** A policy that lets no Deployment of a namespace have more than nine replicas, and its binding. */
export function fewReplicas(namespace: string) {
  const name = `few-in-${namespace}`;
  const apiVersion = 'admissionregistration.k8s.io/v1';
  return {
    apiVersion: 'v1',
    kind: 'List',
    items: [
      {
        apiVersion,
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name },
        spec: {
          matchConstraints: {
            resourceRules: [
              {
                apiGroups: ['apps'],
                apiVersions: ['v1'],
                operations: ['CREATE', 'UPDATE'],
                resources: ['deployments', 'deployments/scale'],
              },
            ],
          },
          validations: [
            {
              expression: 'object.spec.replicas <= 9',
              message: 'At most nine replicas: ask the platform team',
            },
          ],
        },
      },
      {
        apiVersion,
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name },
        spec: {
          policyName: name,
          validationActions: ['Deny'],
          matchResources: {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
          },
        },
      },
    ],
  };
}

/** Room for one pod. */
export function quotaOf(namespace: string) {
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'one', namespace },
    spec: { hard: { pods: '1' } },
  };
}
