import { describe, expect, it } from 'vitest';
import { asStatus } from './status.ts';

describe('asStatus', () => {
  it('takes the fields of a Status, of their types, and no others', () => {
    const status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: { a: 'deep one' },
      status: 'Failure',
      message: 'Pod "x" is invalid',
      reason: 'Invalid',
      code: 422,
      details: {
        name: 'x',
        kind: 'Pod',
        uid: 5,
        retryAfterSeconds: '3',
        causes: [{ reason: 'FieldValueInvalid', message: 'no', field: 'spec' }, null, 'x', [], { field: {} }],
      },
    };
    expect(asStatus(status)).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      message: 'Pod "x" is invalid',
      reason: 'Invalid',
      code: 422,
      details: {
        name: 'x',
        kind: 'Pod',
        causes: [{ reason: 'FieldValueInvalid', message: 'no', field: 'spec' }, {}],
      },
    });
  });

  it.each([
    null,
    'Status',
    [],
    {},
    { kind: 'Pod', status: 'Failure' },
    { status: 'Odd' },
    { kind: 'Status', message: {} },
    { kind: 'Status', code: '500' },
    { kind: 'Status', details: [] },
  ])('is undefined for %j', (value) => {
    expect(asStatus(value)).toBeUndefined();
  });
});
