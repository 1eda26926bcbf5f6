import { expect, test } from 'vitest';
import { keptParams } from './audit.ts';

test('an error’s parameters are kept beside the intent’s, long ones cut', () => {
  expect(keptParams({ status: 500, message: 'x'.repeat(1000) }, 'k8s/core/pods/exec')).toEqual({
    'error.status': 500,
    'error.message': 'x'.repeat(300),
  });
});

test('what may quote what was sent is not kept', () => {
  const params = {
    reason: 'Unexpected token "p" at hunter2',
    field: 'body',
    message: 'Invalid value: "hunter2"',
  };
  expect(keptParams(params, 'k8s/core/secrets')).toEqual({ 'error.field': 'body' });
  expect(keptParams({ reason: 'logout' }, 'k8s/core/secrets')).toEqual({ 'error.reason': 'logout' });
});
