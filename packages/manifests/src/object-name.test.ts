import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  applicationSecretName,
  configMapName,
  instanceObjectName,
  instanceServiceName,
  sharedServiceName,
} from './object-name.ts';
import { applicationId } from './testing/inputs.ts';

const plain = { type: 'ClusterIP', over: 'application' } as const;
const headless = { ...plain, headless: true } as const;

describe('the name of an instance’s Deployment', () => {
  test('is made of both names', () => expect(instanceObjectName('cart', 'blue-1')).toBe('cart-blue-1'));

  test('begins with a letter, as Services of older servers must', () => {
    expect(instanceObjectName('2048', 'main')).toBe('app-2048-main');
  });

  test('stays within 52 characters, and tells long ones apart', () => {
    const long = 'a'.repeat(51);
    const [one, other] = [instanceObjectName(long, 'blue'), instanceObjectName(long, 'green')];
    expect(one).toHaveLength(52);
    expect(one).not.toBe(other);
    expect(instanceObjectName(`${'a'.repeat(42)}-x`, 'long-enough-to-cut')).not.toContain('--');
  });

  test('of different names that meet is the same: whoever knows both refuses the second', () => {
    expect(instanceObjectName('a-b', 'c')).toBe(instanceObjectName('a', 'b-c'));
  });
});

test('every name, whatever it is made of, is one that a Service of any server may have', () => {
  const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/);
  fc.assert(
    fc.property(label, label, (application, instance) => {
      const object = instanceObjectName(application, instance);
      expect(object).toBe(instanceObjectName(application, instance));
      expect(object.length).toBeLessThanOrEqual(52);
      const all = [
        object,
        configMapName(object),
        instanceServiceName(object, headless),
        sharedServiceName(application, headless),
        applicationSecretName(applicationId),
      ];
      for (const name of all) expect(name).toMatch(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
    }),
  );
});

test('a headless Service is another object: clusterIP cannot be changed to None', () => {
  expect(sharedServiceName('cart', plain)).toBe('cart');
  expect(sharedServiceName('cart', headless)).toBe('cart-headless');
  expect(instanceServiceName('cart-main', { ...plain, over: 'instance' })).toBe('cart-main');
});
