import { expect, test } from 'vitest';
import type { Row } from '../../../api/live-rows.ts';
import type { PageContext } from '../../override.ts';
import { podActions } from './pod-actions.ts';

const { ofRow } = podActions({
  resource: { cluster: 'berlin', group: 'core', plural: 'pods' },
  selection: new Map(),
  t: (key: string, params?: object) => `${key} ${JSON.stringify(params ?? {})}`,
  may: () => true,
  mayInPart: () => true,
  forwardsPorts: true,
} as unknown as PageContext);

test.each([
  ['Running', 'CrashLoopBackOff', null],
  ['Succeeded', 'Completed', 'shell.podNotRunning {"status":"Completed"}'],
  ['Pending', 'ContainerCreating', 'shell.podNotRunning {"status":"ContainerCreating"}'],
])('of a Pod that is %s (%s) a shell is offered or not, with the reason', (phase, status, reason) => {
  const row = { uid: 'u', name: 'web', namespace: 'shop', resourceVersion: '1', cells: { phase, status } };
  const shell = ofRow(row as Row).find(({ id }) => id === 'shell');
  expect(shell?.disabledBecause).toBe(reason);
});
