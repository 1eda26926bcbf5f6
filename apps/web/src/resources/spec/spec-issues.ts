import { valueAt, type PlainPath } from '@pilothouse/kinds';
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;
/** Something that a schema does not accept, and the value that it does not. */
export type SpecIssue = Omit<Issue, 'path'> & {
  path: PlainPath;
  value: unknown;
  minimum?: number | bigint;
  maximum?: number | bigint;
};

/** What a schema does not accept of a value; of what could be several things, what is wrong with the likeliest. */
export function specIssues(issues: readonly Issue[], value: unknown, above: PlainPath = []): SpecIssue[] {
  return issues.flatMap((issue) => {
    const path = [...above, ...(issue.path as (string | number)[])];
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      const [likeliest = []] = issue.errors.toSorted((a, b) => a.length - b.length);
      return specIssues(likeliest, value, path);
    }
    // a field that does not exist is named by the issue, not by its path
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        ...issue,
        message: 'unknown',
        path: [...path, key],
        value: undefined,
      }));
    return [{ ...issue, path, value: valueAt(value, path) } as SpecIssue];
  });
}
