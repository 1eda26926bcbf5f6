import { KubeconfigError, KubeError } from '@pilothouse/kube';
import { expect, test } from 'vitest';
import { toAppError } from './error-handler.ts';

const status = (code: number) => ({
  kind: 'Status' as const,
  apiVersion: 'v1' as const,
  metadata: {},
  status: 'Failure' as const,
  message: 'pods "x" is forbidden',
  reason: 'Forbidden',
  code,
});

test.each([
  [400, 'clusterInvalid', 422],
  [401, 'clusterUnauthorized', 502],
  [403, 'clusterForbidden', 403],
  [404, 'clusterNotFound', 404],
  [409, 'clusterConflict', 409],
  [422, 'clusterInvalid', 422],
  [429, 'clusterBusy', 429],
  [500, 'clusterError', 502],
  [418, 'clusterError', 502],
] as const)('a cluster’s %s is our %s', (code, ours, httpStatus) => {
  const error = toAppError(new KubeError('api', 'said so', { status: code, statusObject: status(code) }));
  expect([error.code, error.status]).toEqual([ours, httpStatus]);
  expect(error.details.clusterCode).toBe(code);
  expect(error.toBody('r').error.status).toEqual(status(code));
});

test('what a cluster does not accept is told by field, an apply’s 500 as well', () => {
  const message =
    'failed to create typed patch object (/a; /v1, Kind=Service): .spec.typo: field not declared';
  const error = toAppError(
    new KubeError('api', message, { status: 500, statusObject: { ...status(500), message } }),
  );
  expect([error.code, error.status]).toEqual(['clusterInvalid', 422]);
  expect(error.toBody('r').error.fields).toEqual([
    { field: 'spec.typo', code: 'UnknownField', message: 'field not declared' },
  ]);
});

test.each([
  ['dns', 'clusterUnreachable', 502],
  ['refused', 'clusterUnreachable', 502],
  ['timeout', 'clusterUnreachable', 502],
  ['certificateExpired', 'clusterUnreachable', 502],
  ['unauthorized', 'clusterUnauthorized', 502],
  ['protocol', 'clusterMalformed', 502],
  ['serverError', 'clusterMalformed', 502],
  ['tooLarge', 'clusterTooLarge', 502],
  ['wrongKind', 'clusterWrongKind', 502],
  ['malformed', 'clusterMalformedItems', 502],
  ['endless', 'clusterEndless', 502],
  ['throttled', 'clusterThrottled', 502],
  ['busy', 'clusterBusy', 429],
  ['unavailable', 'clusterUnreachable', 502],
  ['invalidName', 'invalid', 400],
  ['badSelector', 'badSelector', 400],
] as const)('%s is %s', (reason, ours, httpStatus) => {
  const params = {
    met: 'v1 NodeList',
    wanted: 'v1 PodList',
    count: 2,
    names: 'a, b',
    objects: 9,
    seconds: 2,
    percent: 30,
  };
  const error = toAppError(new KubeError(reason, 'what happened', { params }));
  expect([error.code, error.status]).toEqual([ours, httpStatus]);
  expect(error.message).not.toMatch(/\{\w+\}/);
});

test('a cluster that is not asked for a moment is unreachable for the reason that was met', () => {
  const cause = new KubeError('refused', 'nobody listens');
  const error = toAppError(new KubeError('unavailable', 'not asked', { cause }));
  expect(error.params).toEqual({ reason: 'refused' });
});

test('a kubeconfig’s refusal keeps its code and way out', () => {
  const error = toAppError(
    new KubeconfigError('kubeconfigRefused', { what: 'users[a].exec', way: 'make a token' }),
  );
  expect(error.code).toBe('kubeconfigRefused');
  expect(error.params).toEqual({ what: 'users[a].exec', way: 'make a token' });
});

test('what nobody knows is internal and says nothing of itself', () => {
  const error = toAppError(new Error('ECANARY at /etc/secret'));
  expect(JSON.stringify(error.toBody('r'))).not.toContain('CANARY');
  expect(error.status).toBe(500);
});
