import { expect, test } from 'vitest';
import { ObjectDocument } from '../document/object-document.ts';
import { valueAt, type PlainPath } from '../merge/path.ts';
import { writeKubectlYaml } from '../yaml/write-kubectl-yaml.ts';
import { fitServiceToType, lostWithType, typesOfService, type EditableObject } from './service-type.ts';

const service = (spec: object) => ({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec });

function draftOf(object: object): EditableObject & { spec: () => unknown } {
  const document = ObjectDocument.read(writeKubectlYaml(object));
  return {
    get: (path: PlainPath) => valueAt(document.value, path),
    set: (path, value) => document.set(path, value),
    remove: (path) => document.remove(path),
    spec: () => valueAt(document.value, ['spec']),
  };
}

const balanced = {
  type: 'LoadBalancer',
  clusterIP: '10.0.0.7',
  clusterIPs: ['10.0.0.7'],
  ipFamilies: ['IPv4'],
  ipFamilyPolicy: 'SingleStack',
  externalTrafficPolicy: 'Local',
  healthCheckNodePort: 31000,
  allocateLoadBalancerNodePorts: true,
  loadBalancerSourceRanges: ['10.0.0.0/8'],
  ports: [
    { name: 'http', port: 80, targetPort: 'http', nodePort: 30080, protocol: 'TCP' },
    { name: 'dns', port: 53, nodePort: 30053, protocol: 'UDP' },
  ],
  selector: { app: 'web' },
  sessionAffinity: 'None',
};

test('what a new type cannot have goes, and is told', () => {
  const draft = draftOf(service(balanced));
  draft.set(['spec', 'type'], 'ClusterIP');
  fitServiceToType(draft, service(balanced));
  expect(draft.spec()).toEqual({
    type: 'ClusterIP',
    clusterIP: '10.0.0.7',
    clusterIPs: ['10.0.0.7'],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    ports: [
      { name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' },
      { name: 'dns', port: 53, protocol: 'UDP' },
    ],
    selector: { app: 'web' },
    sessionAffinity: 'None',
  });
  expect(lostWithType(service(balanced), 'ClusterIP').map(({ field, value }) => `${field} ${value}`)).toEqual(
    [
      'spec.externalTrafficPolicy Local',
      'spec.healthCheckNodePort 31000',
      'spec.allocateLoadBalancerNodePorts true',
      'spec.loadBalancerSourceRanges 10.0.0.0/8',
      'spec.ports[0].nodePort 30080',
      'spec.ports[1].nodePort 30053',
    ],
  );
  expect(lostWithType(service(balanced), 'LoadBalancer')).toEqual([]);
  expect(lostWithType(service(balanced), 'ExternalName').map(({ field }) => field)).toContain(
    'spec.clusterIP',
  );
});

test('and comes back with the type it had', () => {
  const draft = draftOf(service(balanced));
  for (const type of ['ExternalName', 'ClusterIP', 'LoadBalancer']) {
    draft.set(['spec', 'type'], type);
    fitServiceToType(draft, service(balanced));
  }
  expect(draft.spec()).toEqual(balanced);
  // of a new Service nothing is known to come back
  const fresh = draftOf(
    service({ type: 'ExternalName', ports: [{ port: 80, nodePort: 30080 }], clusterIP: 'None' }),
  );
  fitServiceToType(fresh);
  expect(fresh.spec()).toEqual({ type: 'ExternalName', ports: [{ port: 80 }] });
});

test('a Service without an address has no node ports', () => {
  expect(typesOfService(service({ clusterIP: 'None' }))).toEqual(['ClusterIP', 'ExternalName']);
  expect(typesOfService(service({ clusterIP: '10.0.0.7' }))).toHaveLength(4);
  const draft = draftOf(service({ type: 'NodePort', clusterIP: 'None', ports: [{ port: 80 }] }));
  fitServiceToType(draft);
  expect(draft.spec()).toEqual({ type: 'NodePort', ports: [{ port: 80 }] });
});

test('what is reached from outside by its own addresses keeps its policy', () => {
  const spec = { type: 'ClusterIP', externalIPs: ['192.0.2.1'], externalTrafficPolicy: 'Local' };
  const draft = draftOf(service(spec));
  fitServiceToType(draft, service(spec));
  expect(draft.spec()).toEqual(spec);
});
