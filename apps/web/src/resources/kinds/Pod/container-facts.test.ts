import { containersOf, type Pod } from '@pilothouse/kinds';
import { expect, test } from 'vitest';
import { containerState, environmentOf, portsText, probeText } from './container-facts.ts';

test('a probe reads as kubectl describe writes it', () => {
  expect(probeText({ httpGet: { port: 8080, path: '/healthz' }, periodSeconds: 5 })).toBe(
    'http-get http://:8080/healthz delay=0s timeout=1s period=5s #success=1 #failure=3',
  );
  expect(probeText({ exec: { command: ['cat', '/tmp/ok'] } })).toMatch(/^exec \[cat \/tmp\/ok\] /);
});

test('ports and environment name where things come from', () => {
  expect(
    portsText({
      ports: [
        { containerPort: 80, name: 'http' },
        { containerPort: 53, protocol: 'UDP' },
      ],
    }),
  ).toBe('80/TCP (http), 53/UDP');
  expect(
    environmentOf({
      env: [
        { name: 'A', value: '1' },
        { name: 'B', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
      ],
      envFrom: [{ prefix: 'X_', configMapRef: { name: 'c' } }],
    }),
  ).toEqual([
    { name: 'A', value: '1' },
    { name: 'B', value: 'Secret s/k' },
    { name: 'X_*', value: 'ConfigMap c' },
  ]);
});

test.each([
  [{ waiting: { reason: 'CrashLoopBackOff' } }, 'error', 'CrashLoopBackOff'],
  [{ waiting: { reason: 'ContainerCreating' } }, 'progress', 'ContainerCreating'],
  [{ terminated: { exitCode: 0, reason: 'Completed' } }, 'neutral', 'Completed'],
  [{ terminated: { exitCode: 137, reason: 'OOMKilled' } }, 'error', 'OOMKilled (137)'],
  [undefined, 'progress', 'Waiting'],
])('%j is %s: %s', (state, tone, text) => {
  const pod = {
    spec: { containers: [{ name: 'c' }] },
    status: state
      ? { containerStatuses: [{ name: 'c', image: '', imageID: '', ready: false, restartCount: 0, state }] }
      : {},
  } as Pod;
  const [container] = containersOf(pod);
  expect(container && containerState(container)).toEqual({ tone, text });
});
