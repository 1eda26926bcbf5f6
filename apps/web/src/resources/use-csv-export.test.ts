import { beforeEach, expect, test, vi } from 'vitest';
import { ApiError } from '../api/api-error.ts';
import { call } from '../api/call.ts';
import { saveFile } from '../components/save-file.ts';
import { useCsvExport } from './use-csv-export.ts';

vi.mock('../api/call.ts', () => ({ call: vi.fn<typeof call>() }));
vi.mock('../components/save-file.ts', () => ({ saveFile: vi.fn<typeof saveFile>() }));
beforeEach(() => vi.clearAllMocks());

const row = (name: string) => ({ uid: name, name, resourceVersion: '1', cells: {} });
const answer = (names: string[], total = names.length) => ({ items: names.map(row), total }) as never;
const csv = () =>
  useCsvExport(() => ({
    resource: { cluster: 'here', group: 'core', plural: 'pods' },
    query: { page: 3, pageSize: 20, q: 'web' },
    columns: [{ id: 'name', title: 'Name', text: (row: { name: string }) => row.name }] as never,
  }));

test('every page that matches is saved in one file', async () => {
  const first = Array.from({ length: 500 }, (_, index) => `pod-${index}`);
  vi.mocked(call)
    .mockResolvedValueOnce(answer(first, 501))
    .mockResolvedValueOnce(answer(['last'], 501));
  const { save, error } = csv();
  await save();
  const [text, fileName] = vi.mocked(saveFile).mock.lastCall ?? [];
  expect(fileName).toBe('here-pods.csv');
  expect(String(text).split('\r\n')).toEqual(['Name', ...first, 'last']);
  expect(error.value).toBeNull();
});

test('what goes wrong on the way is told, nothing is saved, and it can be tried again', async () => {
  const failure = new ApiError(403, { code: 'forbidden', message: 'no', requestId: '1' });
  vi.mocked(call)
    .mockRejectedValueOnce(failure)
    .mockResolvedValueOnce(answer(['a']));
  const { save, error, isExporting } = csv();
  await save();
  expect([error.value, isExporting.value]).toEqual([failure, false]);
  expect(saveFile).not.toHaveBeenCalled();
  await save();
  expect(error.value).toBeNull();
  expect(saveFile).toHaveBeenCalledOnce();
});
