import { expect, it } from 'vitest';
import { KubeError } from '../transport/kube-error.ts';
import type { Status } from '../transport/status.ts';
import { withoutSecretValues } from './secret-errors.ts';

const canary = 'Y2FuYXJ5LW9mLWVycm9ycw==';
const quoted = `Invalid value: "{\\"data\\":{\\"a\\":\\"${canary}\\"}}": strict decoding error: unknown field "foo"`;

function told(statusObject: Status): KubeError {
  const error = new KubeError('api', statusObject.message ?? '', { status: 422, statusObject });
  return withoutSecretValues(error) as KubeError;
}

it.each<[string, Status, string]>([
  [
    'a patch that does not fit quotes the whole object',
    {
      reason: 'Invalid',
      message: ` "" is invalid: patch: ${quoted}`,
      details: { causes: [{ field: 'patch', reason: 'FieldValueInvalid', message: quoted }] },
    },
    'The Secret is not valid: foo: unknown field …',
  ],
  [
    'an apply the value',
    {
      message: `failed to create typed patch object (/a; /v1, Kind=Secret): .data.a: expected string, got &value.valueUnstructured{Value:${canary}}`,
    },
    'failed to create typed patch object (/a; /v1, Kind=Secret): data.a: expected string, got &value.valueUnstructured…',
  ],
  [
    'words without a field',
    { reason: 'BadRequest', message: `cannot be handled: "${canary}" is odd: {${canary}` },
    'cannot be handled: … is odd: …',
  ],
  ['a quote without its end', { reason: 'BadRequest', message: `odd: "${canary}` }, 'odd: …'],
])('%s, which is left out', (_name, status, message) => {
  const error = told(status);
  expect(JSON.stringify([error.message, error.statusObject])).not.toContain(canary);
  expect(error.message).toBe(message);
  expect([error.status, error.reason, error.cause]).toEqual([422, 'api', undefined]);
});

it('what speaks of the call stays verbatim', () => {
  const message = 'secrets "a" already exists';
  expect(told({ reason: 'AlreadyExists', message }).statusObject).toEqual({
    reason: 'AlreadyExists',
    message,
  });
});

it('conflicts of an apply stay data', () => {
  const causes = [{ reason: 'FieldManagerConflict', message: 'conflict with "kubectl"', field: '.data.a' }];
  expect(
    told({ reason: 'Conflict', message: 'x', details: { causes } }).statusObject?.details?.causes,
  ).toEqual(causes);
});

it('other errors are themselves', () => {
  const error = new Error('x');
  expect(withoutSecretValues(error)).toBe(error);
});
