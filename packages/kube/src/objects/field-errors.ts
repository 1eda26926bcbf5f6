import type { Status } from '../transport/status.ts';

/** What a cluster does not accept of an object, by field. */
export interface FieldError {
  /** As the cluster writes it, without a leading dot: `spec.ports[0].port`, `spec.ports[port=80,protocol="TCP"].name`. */
  field: string;
  /** The cause's reason (`FieldValueInvalid`), or `UnknownField`, `DuplicateField`, `FieldValueTypeInvalid`. */
  code: string;
  /** The cluster's own words. */
  message: string;
}

/**
 * The fields that a Status speaks of: its causes, and what stands in its text only. Empty where it names none.
 * Sources: `apimachinery/pkg/runtime/error.go` (strict decoding), `encoding/json` (types),
 * `structured-merge-diff/typed/helpers.go` (server-side apply).
 */
export function fieldErrorsOf({ message = '', details }: Status): FieldError[] {
  const errors = (details?.causes ?? []).flatMap(
    ({ field = '', reason = 'FieldValueInvalid', message: text = '' }) => {
      const within = field === '' || field === 'patch' ? errorsInText(text) : [];
      return within.length > 0 || field === '' ? within : [{ field, code: reason, message: text }];
    },
  );
  const all = errors.length > 0 ? errors : errorsInText(message);
  return all.filter((one, index) => all.findIndex((other) => sameError(one, other)) === index);
}

function sameError(a: FieldError, b: FieldError): boolean {
  return a.field === b.field && a.code === b.code && a.message === b.message;
}

const strictError = /\b(unknown|duplicate) field "((?:[^"\\]|\\.)*)"/g;
const wrongType = /cannot unmarshal .+? into Go struct field \w+\.([\w.]+) of type \S+/;
const typedPatch = /^failed to create typed (?:patch|live) object \([^)]*\): ([^]*)$/;
const typedLine = /^ *\.(\S.*?): (.+)$/;

function errorsInText(text: string): FieldError[] {
  const [, strict] = text.split('strict decoding error: ', 2);
  if (strict !== undefined) {
    return [...strict.matchAll(strictError)].map(([message, what, field = '']) => ({
      field: field.replaceAll(/\\(.)/g, '$1'),
      code: what === 'unknown' ? 'UnknownField' : 'DuplicateField',
      message,
    }));
  }
  const [said, path] = wrongType.exec(text) ?? [];
  if (said !== undefined && path !== undefined)
    return [{ field: path, code: 'FieldValueTypeInvalid', message: said }];
  const typed = typedPatch.exec(text)?.[1] ?? '';
  return typed.split('\n').flatMap((line) => {
    const [, field, message] = typedLine.exec(line) ?? [];
    if (field === undefined || message === undefined) return [];
    const unknown = message.startsWith('field not declared');
    return [{ field, code: unknown ? 'UnknownField' : 'FieldValueTypeInvalid', message }];
  });
}
