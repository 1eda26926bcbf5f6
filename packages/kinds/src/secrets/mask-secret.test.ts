import { describe, expect, test } from 'vitest';
import { hiddenAnnotations, isMasked, maskedBytes, maskSecret } from './mask-secret.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');
const canary = 'canary-of-the-mask';
const secret = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'a', labels: { tier: 'x' }, annotations: {} as Record<string, string> },
  type: 'Opaque',
  data: { password: base64(canary), empty: '', umlaut: base64('ä') },
};

describe('maskSecret', () => {
  test('values become their size in bytes; the rest stays', () => {
    expect(maskSecret(secret)).toEqual({
      ...secret,
      data: { password: `masked:${canary.length}`, empty: 'masked:0', umlaut: 'masked:2' },
    });
    expect(secret.data.password).toBe(base64(canary));
  });

  test.each([1, 2, 3, 4, 5, 1000])('%i bytes', (length) => {
    const { data } = maskSecret({ data: { x: Buffer.alloc(length).toString('base64') } });
    expect(maskedBytes(data.x)).toBe(length);
  });

  test('what was masked stays so, text of stringData too is masked', () => {
    expect(maskSecret(maskSecret(secret))).toEqual(maskSecret(secret));
    expect(maskSecret({ stringData: { a: 'ä' } })).toEqual({ stringData: { a: 'masked:2' } });
  });

  test.each([
    ['kubectl.kubernetes.io/last-applied-configuration', '{}'],
    ['kapp.k14s.io/original', '{}'],
    ['example.com/copy', `in base64: ${base64(canary)}`],
    ['example.com/copy', `in words: ${canary}`],
  ])('an annotation that tells of it is left out: %s %s', (key, value) => {
    const annotated = {
      ...secret,
      metadata: { ...secret.metadata, annotations: { [key]: value, note: 'x' } },
    };
    expect(maskSecret(annotated).metadata.annotations).toEqual({ note: 'x' });
    expect(hiddenAnnotations(annotated)).toEqual({ [key]: value });
    const alone = { ...secret, metadata: { name: 'a', annotations: { [key]: value } } };
    expect(maskSecret(alone).metadata).toEqual({ name: 'a' });
  });

  test('a key like any other is __proto__', () => {
    const odd = JSON.parse(`{"data":{"__proto__":"${base64(canary)}"}}`) as { data: object };
    expect(JSON.stringify(maskSecret(odd))).toBe(`{"data":{"__proto__":"masked:${canary.length}"}}`);
  });

  test.each([[[base64(canary)]], [base64(canary)], [{ data: [canary] }], [{ data: { a: { b: canary } } }]])(
    'no other shape shows anything: %j',
    (data) => {
      const { data: masked } = maskSecret({ data: data as unknown });
      expect(JSON.stringify(masked)).not.toContain('canary');
      expect(JSON.stringify(masked)).not.toContain(base64(canary));
    },
  );

  test.each([undefined, null, 'text', []])('what is no object stays as it is: %j', (value) => {
    expect(maskSecret(value)).toBe(value);
  });
});

test.each([
  ['masked:12', true],
  ['masked:', false],
  ['masked:12=', false],
  [base64('masked:12'), false],
  [12, false],
])('%j stands for a value: %s', (value, masked) => {
  expect(isMasked(value)).toBe(masked);
  expect(maskedBytes(value)).toBe(masked ? 12 : null);
});
