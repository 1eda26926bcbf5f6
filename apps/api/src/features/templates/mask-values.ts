import { AppError } from '../../http/app-error.ts';
import { toAppError } from '../../http/error-handler.ts';

/** What is shown in the place of a secret. */
export const mask = '••••••';

/** Whatever goes out of a text with secrets, without them: as they are, quoted as Go and JSON quote, in base64. */
export function masked<T>(value: T, secrets: readonly string[]): T {
  const forms = secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [
      secret,
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret).toString('base64'),
    ])
    // what holds another goes first
    .toSorted((a, b) => b.length - a.length);
  return forms.length === 0 ? value : (maskIn(value, forms) as T);
}

function maskIn(value: unknown, forms: string[]): unknown {
  if (typeof value === 'string') return forms.reduce((text, form) => text.replaceAll(form, mask), value);
  if (Array.isArray(value)) return value.map((item) => maskIn(item, forms));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskIn(item, forms)]));
}

/** A cluster's no may say what it was that it did not like. */
export function maskedError(error: unknown, secrets: readonly string[]): AppError {
  const known = toAppError(error);
  const { code, params, field, details } = known;
  if (code === 'internal') return known;
  const { cause: _left, ...rest } = details;
  return new AppError(code, masked(params, secrets), field, masked(rest, secrets));
}
