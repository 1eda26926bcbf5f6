import { describe, expect, test } from 'vitest';
import { milliUnits, wholeUnits } from '../quantity.ts';
import type { Container, Pod } from '../wire/core.ts';
import { podLimits, podRequests } from './pod-resources.ts';

const mebi = 1024 ** 2;

function container(cpu: string, memory: string, sidecar = false): Container {
  return {
    name: 'c',
    resources: { requests: { cpu, memory }, limits: { cpu, memory } },
    ...(sidecar && { restartPolicy: 'Always' }),
  };
}

function pod(spec: Partial<NonNullable<Pod['spec']>>): Pod {
  return { spec: { containers: [], ...spec } };
}

function requests(spec: Partial<NonNullable<Pod['spec']>>): [millicores: number, mebibytes: number] {
  const amounts = podRequests(pod(spec));
  return [milliUnits(amounts.get('cpu') ?? 0n), wholeUnits(amounts.get('memory') ?? 0n) / mebi];
}

/** The rules of component-helpers/resource/helpers.go (PodRequests, PodLimits). */
describe('requests', () => {
  const web = container('100m', '100Mi');
  test('of regular containers add up', () => {
    expect(requests({ containers: [web, container('250m', '1Gi')] })).toEqual([350, 1124]);
  });
  test('an init container counts where it asks for more than all that run later, resource by resource', () => {
    expect(requests({ containers: [web, web], initContainers: [container('1', '50Mi')] })).toEqual([
      1000, 200,
    ]);
    expect(
      requests({ containers: [web], initContainers: [container('50m', '1Gi'), container('300m', '1Mi')] }),
    ).toEqual([300, 1024]);
  });
  test('sidecars run beside the regular ones, and beside init containers started after them', () => {
    const sidecar = container('50m', '10Mi', true);
    expect(requests({ containers: [web], initContainers: [sidecar] })).toEqual([150, 110]);
    expect(requests({ containers: [web], initContainers: [sidecar, container('200m', '1Mi')] })).toEqual([
      250, 110,
    ]);
    expect(requests({ containers: [web], initContainers: [container('200m', '1Mi'), sidecar] })).toEqual([
      200, 110,
    ]);
    expect(requests({ containers: [], initContainers: [sidecar, sidecar] })).toEqual([100, 20]);
  });
  test('pod-level resources take the place of the sum, for cpu, memory and huge pages only', () => {
    const resources = { requests: { cpu: '2', 'ephemeral-storage': '1Gi' } };
    const amounts = podRequests(pod({ containers: [web], resources }));
    expect(milliUnits(amounts.get('cpu') ?? 0n)).toBe(2000);
    expect(wholeUnits(amounts.get('memory') ?? 0n)).toBe(100 * mebi);
    expect(amounts.has('ephemeral-storage')).toBe(false);
  });
  test('overhead comes on top', () => {
    expect(requests({ containers: [web], overhead: { cpu: '5m', memory: '20Mi' } })).toEqual([105, 120]);
  });
  test('nothing asked for is nothing', () => expect(podRequests({}).size).toBe(0));
});

describe('limits', () => {
  test('overhead comes on top of a limit only', () => {
    const limits = podLimits(
      pod({
        containers: [{ name: 'c', resources: { limits: { cpu: '1' } } }],
        overhead: { cpu: '5m', memory: '20Mi' },
      }),
    );
    expect(milliUnits(limits.get('cpu') ?? 0n)).toBe(1005);
    expect(limits.has('memory')).toBe(false);
  });
  test('pod-level limits take the place of the sum', () => {
    const limits = podLimits(
      pod({ containers: [container('1', '1Gi')], resources: { limits: { memory: '2Gi' } } }),
    );
    expect(wholeUnits(limits.get('memory') ?? 0n)).toBe(2048 * mebi);
    expect(milliUnits(limits.get('cpu') ?? 0n)).toBe(1000);
  });
});

describe('with what a resize has given so far', () => {
  const resize = (reason?: string): Pod => ({
    spec: {
      containers: [container('200m', '1Gi')],
      initContainers: [container('50m', '10Mi', true)].map((each) => ({ ...each, name: 'side' })),
    },
    status: {
      ...(reason !== undefined && { conditions: [{ type: 'PodResizePending', status: 'True', reason }] }),
      containerStatuses: [
        {
          name: 'c',
          image: '',
          imageID: '',
          ready: true,
          restartCount: 0,
          resources: { requests: { cpu: '100m', memory: '2Gi' }, limits: { cpu: '150m', memory: '512Mi' } },
          allocatedResources: { cpu: '120m', memory: '3Gi' },
        },
      ],
    },
  });
  const of = (pod: Pod, counting: 'spec' | 'status') =>
    [podRequests(pod, counting), podLimits(pod, counting)].map((amounts) => [
      milliUnits(amounts.get('cpu') ?? 0n),
      wholeUnits(amounts.get('memory') ?? 0n) / mebi,
    ]);
  test('the most of wished, given and set aside counts', () => {
    expect(of(resize('Deferred'), 'status')).toEqual([
      [250, 3082],
      [250, 1034],
    ]);
  });
  test('what cannot be is not counted', () => {
    expect(of(resize('Infeasible'), 'status')).toEqual([
      [170, 3082],
      [200, 522],
    ]);
  });
  test('by the spec alone it is the spec', () => {
    expect(of(resize('Infeasible'), 'spec')).toEqual([
      [250, 1034],
      [250, 1034],
    ]);
  });
});
