import { describe, expect, it } from 'vitest';
import { fieldErrorsOf } from './field-errors.ts';

/** Texts as Kubernetes 1.36 says them. */
describe('fieldErrorsOf', () => {
  it('causes by their field, each once', () => {
    const cause = { reason: 'FieldValueInvalid', message: 'field is immutable', field: 'metadata.uid' };
    const required = { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.ports[0].name' };
    expect(fieldErrorsOf({ details: { causes: [cause, required, cause] } })).toEqual([
      { field: 'metadata.uid', code: 'FieldValueInvalid', message: 'field is immutable' },
      { field: 'spec.ports[0].name', code: 'FieldValueRequired', message: 'Required value' },
    ]);
  });

  it('fields nobody knows, and fields that are there twice', () => {
    const message =
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dta", duplicate field "data.a"';
    expect(fieldErrorsOf({ message })).toEqual([
      { field: 'dta', code: 'UnknownField', message: 'unknown field "dta"' },
      { field: 'data.a', code: 'DuplicateField', message: 'duplicate field "data.a"' },
    ]);
  });

  it('the same of a patch, whose cause quotes the whole object', () => {
    const message =
      'Invalid value: "{\\"data\\":{\\"x\\":\\"unknown field \\\\\\"not me\\\\\\"\\"}}": strict decoding error: unknown field "spec.ports[0].prot"';
    const causes = [{ reason: 'FieldValueInvalid', message, field: 'patch' }];
    expect(fieldErrorsOf({ message: ` "" is invalid: patch: ${message}`, details: { causes } })).toEqual([
      { field: 'spec.ports[0].prot', code: 'UnknownField', message: 'unknown field "spec.ports[0].prot"' },
    ]);
  });

  it('a value of another type', () => {
    const said =
      'json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32';
    expect(
      fieldErrorsOf({ message: `Service in version "v1" cannot be handled as a Service: ${said}` }),
    ).toEqual([
      { field: 'spec.ports.port', code: 'FieldValueTypeInvalid', message: said.slice('json: '.length) },
    ]);
  });

  it('one or several of an apply', () => {
    const head = 'failed to create typed patch object (/a; /v1, Kind=Service): ';
    expect(fieldErrorsOf({ message: `${head}.spec.typo: field not declared in schema` })).toEqual([
      { field: 'spec.typo', code: 'UnknownField', message: 'field not declared in schema' },
    ]);
    const message = `${head}errors:\n  .spec.ports[port="8080x",protocol="TCP"].port: expected numeric (int or float), got string\n  .spec.typo: field not declared in schema`;
    expect(fieldErrorsOf({ message }).map(({ field, code }) => [field, code])).toEqual([
      ['spec.ports[port="8080x",protocol="TCP"].port', 'FieldValueTypeInvalid'],
      ['spec.typo', 'UnknownField'],
    ]);
  });

  it('none where none is named', () => {
    expect(
      fieldErrorsOf({ message: 'the server rejected our request due to an error in our request' }),
    ).toEqual([]);
    expect(
      fieldErrorsOf({ details: { causes: [{ reason: 'FieldManagerConflict', message: 'x' }] } }),
    ).toEqual([]);
  });
});
