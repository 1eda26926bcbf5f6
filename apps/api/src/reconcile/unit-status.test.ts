import type { KubernetesObject, Row } from '@pilothouse/kinds';
import { expect, test } from 'vitest';
import { statusOf, statusWithoutPods } from './unit-status.ts';

/** Whose rollout has taken too long. */
const late = (generation: number) =>
  ({
    kind: 'Deployment',
    metadata: { generation },
    spec: { replicas: 1 },
    status: {
      observedGeneration: generation,
      replicas: 1,
      updatedReplicas: 1,
      conditions: [
        { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'timed out' },
      ],
    },
  }) as KubernetesObject;
const done = {
  ...late(1),
  status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1 },
} as KubernetesObject;
const pod = {
  cells: { status: 'ImagePullBackOff', ready: 0, containers: 1, node: 'node-1' },
} as unknown as Row;
const codesOf = (status: ReturnType<typeof statusOf>) =>
  status?.kind === 'Deployment' ? status.troubles.map(({ code }) => code) : null;

test('why a Pod does not run is still said when only the Deployment is looked at', () => {
  const known = statusOf(late(1), [pod]);
  expect(codesOf(known)).toEqual(['rolloutImage', 'rolloutDeadline']);
  expect(statusWithoutPods(late(1), known)).toEqual(known);
});

test('until there is a change, or it runs', () => {
  const known = statusOf(late(1), [pod]);
  expect(codesOf(statusWithoutPods(late(2), known))).toEqual(['rolloutDeadline']);
  expect(codesOf(statusWithoutPods(done, known))).toEqual([]);
  expect(codesOf(statusWithoutPods(late(1), null))).toEqual(['rolloutDeadline']);
});
