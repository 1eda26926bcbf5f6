import { endpoints } from '@pilothouse/contract';
import { describe, expect, test } from 'vitest';
import { bodyWriter } from './body-writer.ts';

const page = (items: object[]) => ({
  items,
  total: items.length,
  page: 1,
  pageSize: 50,
  asOf: '2026-01-01T00:00:00.000Z',
  state: 'live',
  narrowedTo: null,
  problems: [],
});

describe('a page of rows', () => {
  const write = (value: unknown) => String(bodyWriter(endpoints.listResources)(value));
  const row = {
    uid: 'u',
    name: 'a',
    resourceVersion: '1',
    cells: { status: 'Running – läuft', cpu: 1.5, ip: null },
  };

  test('reads as the contract has it, again and again', () => {
    const given = page([row, { ...row, uid: 'v', namespace: 'demo' }]);
    for (let time = 0; time < 2; time++) {
      expect(JSON.parse(write(given))).toEqual(endpoints.listResources.response.parse(given));
    }
    expect(JSON.parse(write(page([])))).toEqual(page([]));
  });

  test('shows nothing that the contract does not have, and is refused where it is not of its shape', () => {
    const text = write({ ...page([{ ...row, secret: 'x' }]), more: 'x' });
    expect(text).not.toContain('"x"');
    expect(() => write(page([{ ...row, cells: { status: { deep: true } } }]))).toThrow('cells');
    expect(() => write({ ...page([]), total: 'many' })).toThrow('total');
  });
});

test('any other answer is its JSON, or its text', () => {
  const { getResource } = endpoints;
  const answer = {
    object: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' }, more: 1 },
    state: 'live',
  };
  expect(bodyWriter(getResource)(answer)).toBe(JSON.stringify(answer));
  expect(() => bodyWriter(getResource)({})).toThrow('object');
});
