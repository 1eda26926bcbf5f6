import { KubeError } from '@pilothouse/kube';
import { expect, test } from 'vitest';
import { AppError } from '../../http/app-error.ts';
import { HistoryRecorder } from './history-recorder.ts';
import type { ObjectHistoryRepository } from './object-history.repository.ts';

function recorder({ fails = [] as string[] } = {}) {
  const calls: string[] = [];
  const errors: unknown[] = [];
  const call = (name: string) => async () => {
    calls.push(name);
    if (fails.includes(name)) throw new Error(`no ${name}`);
  };
  const rows = {
    insert: call('insert'),
    end: call('end'),
    delete: call('delete'),
    keepLast: call('keepLast'),
  } as unknown as ObjectHistoryRepository;
  const key = () => ({ id: 'k', bytes: Buffer.alloc(32) });
  return { calls, errors, history: new HistoryRecorder(rows, key, (error) => errors.push(error)) };
}

const object = (resourceVersion: string) => ({ metadata: { name: 'a', uid: 'u', resourceVersion } });
const change = {
  verb: 'patch',
  auditId: 'a',
  user: { userId: null, username: 'x' },
  cluster: { id: 'c' },
  group: '',
  plural: 'configmaps',
  namespace: 'n',
  name: 'a',
  before: object('1'),
};

test.each([
  ['a refusal of the cluster', new KubeError('api', 'no', { status: 409 }), true],
  ['a refusal of ours', new AppError('changedMeanwhile', { what: 'a' }), true],
  ['no answer', new KubeError('timeout', 'late'), false],
  ['a cluster that failed meanwhile', new KubeError('serverError', 'x', { status: 502 }), false],
])('%s: forgotten is %s', async (_name, error, isForgotten) => {
  const { calls, history } = recorder();
  await (await history.begin(change)).failed(error);
  expect(calls).toEqual(isForgotten ? ['insert', 'delete'] : ['insert']);
});

test('what stayed as it was is forgotten, what changed is closed', async () => {
  const { calls, history } = recorder();
  await (await history.begin(change)).written(object('1'));
  await (await history.begin(change)).written(object('2'));
  await (await history.begin(change)).written(null);
  const closed = ['insert', 'end', 'keepLast'];
  expect(calls).toEqual(['insert', 'delete', ...closed, ...closed]);
});

test('what cannot be kept may not be written; what was done stays done', async () => {
  await expect(recorder({ fails: ['insert'] }).history.begin(change)).rejects.toMatchObject({
    code: 'historyUnavailable',
  });
  const { errors, history } = recorder({ fails: ['end'] });
  await (await history.begin(change)).written(object('2'));
  expect(errors).toHaveLength(1);
});
