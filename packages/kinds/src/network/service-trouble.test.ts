import { expect, test } from 'vitest';
import type { Row } from '../kind.ts';
import type { Pod, Service } from '../wire/core.ts';
import { readyAddresses, serviceTroubles } from './service-trouble.ts';

const row = (ready: number): Row => ({
  uid: `u${ready}`,
  name: 'web',
  resourceVersion: '1',
  cells: { status: 'Running', ready, containers: 1 },
});
const service = (spec: Service['spec']): Service => ({ spec });
const pod: Pod = { spec: { containers: [{ name: 'main', ports: [{ name: 'http', containerPort: 80 }] }] } };

test('says why nothing is behind a Service', () => {
  expect(serviceTroubles(service({ type: 'ExternalName', externalName: 'a.example' }), [], [])).toEqual([]);
  expect(serviceTroubles(service({ type: 'ClusterIP' }), [], [])).toEqual([{ code: 'noSelector' }]);
  const selecting = { type: 'ClusterIP', selector: { app: 'web' } };
  expect(serviceTroubles(service(selecting), [], [])).toEqual([{ code: 'nothingMatches' }]);
  expect(serviceTroubles(service(selecting), [row(0), row(1)], [])).toEqual([{ code: 'notReady', pods: 1 }]);
  const ports = [
    { port: 80, targetPort: 'http' },
    { port: 81, targetPort: 'htpp' },
    { port: 82, targetPort: 8080 },
  ];
  expect(serviceTroubles(service({ ...selecting, ports }), [row(1)], [pod])).toEqual([
    { code: 'unknownPort', port: 'htpp' },
  ]);
});

test('an address counts unless it is said to be unready', () => {
  const slice = {
    addressType: 'IPv4',
    endpoints: [
      { addresses: ['10.0.0.1'], conditions: { ready: true } },
      { addresses: ['10.0.0.2'], conditions: { ready: false } },
      { addresses: ['10.0.0.3'] },
    ],
  };
  expect(readyAddresses([slice])).toEqual(['10.0.0.1', '10.0.0.3']);
});
