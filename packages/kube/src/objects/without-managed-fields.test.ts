import { expect, it } from 'vitest';
import { withoutManagedFields } from './without-managed-fields.ts';

const strip = (text: string) => withoutManagedFields(Buffer.from(text)).toString();
const managedFields = [
  { manager: 'kubectl]"\\', fieldsV1: { 'f:spec': { 'k:{"name":"]"}': [[], [{}]] } } },
  { manager: 'kubelet' },
];

it('leaves an empty list in their place, and everything else as it is', () => {
  const object = { metadata: { name: 'Grüße', managedFields, uid: 'u' }, spec: { a: ['x]'] } };
  const stripped = JSON.parse(strip(JSON.stringify(object))) as unknown;
  expect(stripped).toEqual({ ...object, metadata: { ...object.metadata, managedFields: [] } });
});

it.each([
  ['there are none', { metadata: { name: 'a' }, list: [1] }],
  ['they are empty', { metadata: { managedFields: [] } }],
  ['they are only spoken of', { message: 'about "managedFields":[ and \\"managedFields\\":[{' }],
])('changes nothing where %s', (_what, object) => {
  expect(strip(JSON.stringify(object))).toBe(JSON.stringify(object));
});

it('makes no JSON of what is none', () => {
  expect(strip('{"managedFields":[{"a":"x]')).toBe('{"managedFields":[');
});
