import { describe, expect, it } from 'vitest';
import { KubeError } from '../transport/kube-error.ts';
import { ListScanner } from './list-scanner.ts';

function scan(text: string, size: number): { items: unknown[]; envelope: unknown } {
  const bytes = Buffer.from(text);
  const scanner = new ListScanner();
  const items: unknown[] = [];
  for (let at = 0; at < bytes.length; at += size) {
    for (const item of scanner.push(bytes.subarray(at, at + size))) items.push(JSON.parse(item.toString()));
  }
  return { items, envelope: JSON.parse(scanner.end().toString()) as unknown };
}

const hard = [
  { name: '}', a: [{ b: '{"items":[' }], 'k:{"name":"x"}': '\\' },
  {},
  { text: 'Grüße, "quoted" \\" and \u0001 🚢', end: '\\\\' },
  { deep: [[[{ items: [{}, { items: [] }] }]]] },
];

describe('ListScanner', () => {
  it.each([1, 2, 3, 7, 64, 10_000])('finds the same items in pieces of %i bytes', (size) => {
    const list = { kind: 'PodList', metadata: { resourceVersion: '7', continue: 'a"b' }, items: hard };
    const { items: _items, ...envelope } = list;
    for (const indent of [undefined, 2]) {
      const scanned = scan(JSON.stringify(list, null, indent), size);
      expect(scanned).toEqual({ items: hard, envelope: { ...envelope, items: [] } });
    }
  });

  it('takes the rest of the list before or behind its items', () => {
    const text = '{"items":[{"a":1}], "metadata":{"items":[1]},"kind":"items"}\n';
    expect(scan(text, 5)).toEqual({
      items: [{ a: 1 }],
      envelope: { items: [], metadata: { items: [1] }, kind: 'items' },
    });
    expect(scan('{"items":null,"metadata":{}}', 3).items).toEqual([]);
    expect(scan('{"items":[]}', 3).items).toEqual([]);
  });

  it.each([1, 2, 5, 1000])('gives what is no object as well, in pieces of %i bytes', (size) => {
    const items = [null, { a: 1 }, 1, 'a,]"}', [[{ b: 2 }], ','], true, { c: [null] }, 'last'];
    for (const indent of [undefined, 2]) {
      const scanned = scan(JSON.stringify({ items, kind: 'PodList' }, null, indent), size);
      expect(scanned).toEqual({ items, envelope: { items: [], kind: 'PodList' } });
    }
  });

  it('gives each item once it is complete', () => {
    const scanner = new ListScanner();
    scanner.push(Buffer.from('{"items":['));
    const item = Buffer.from(`{"a":"${'x'.repeat(1_000_000)}"},`);
    for (let count = 0; count < 20; count++) expect(scanner.push(item)).toHaveLength(1);
    expect(scanner.end().toString()).toBe('{"items":[');
  });

  it.each([
    ['an item without end', `{"items":[{"a":"${'x'.repeat(17 * 1024 * 1024)}`, 'tooLarge'],
    ['an envelope without end', `{"metadata":"${'x'.repeat(100_000)}`, 'tooLarge'],
  ])('refuses %s', (_what, text, reason) => {
    expect(() => new ListScanner().push(Buffer.from(text))).toThrow(KubeError);
    expect(() => new ListScanner().push(Buffer.from(text))).toThrow(expect.objectContaining({ reason }));
  });

  it('leaves what is cut off without its end', () => {
    const scanner = new ListScanner();
    scanner.push(Buffer.from('{"items":[{"a":1},{"b":'));
    expect(() => JSON.parse(scanner.end().toString()) as unknown).toThrow(SyntaxError);
  });
});
