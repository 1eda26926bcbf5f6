import type { Endpoint, EndpointInput } from '@pilothouse/contract';
import { z } from 'zod';
import { AppError } from './app-error.ts';

const nothing = z.strictObject({});
const noBody = z.union([z.undefined(), nothing]);

type Place = 'params' | 'query' | 'body';

/** A call's input as it came: an Express request, or a subscription. */
export interface GivenInput {
  params: Record<string, unknown>;
  query: Record<string, unknown>;
  body?: unknown;
}

/** Reads params, query and body of an endpoint's calls; what the contract does not know is refused by name. */
export function inputReader(
  endpoint: Endpoint,
): (given: GivenInput) => EndpointInput<unknown, unknown, unknown> {
  const schemas: Record<Place, z.ZodType> = {
    params: endpoint.params ?? nothing,
    query: endpoint.query ?? nothing,
    body: endpoint.body ?? noBody,
  };
  return (call) => {
    const given: Record<Place, unknown> = {
      params: { ...call.params },
      query: { ...call.query },
      body: call.body,
    };
    const read: Record<Place, unknown> = { params: undefined, query: undefined, body: undefined };
    const problems: FieldProblem[] = [];
    for (const place of ['params', 'query', 'body'] as const) {
      const result = schemas[place].safeParse(given[place]);
      if (result.success) read[place] = result.data;
      else problems.push(...result.error.issues.flatMap((issue) => problemsOf(place, issue)));
    }
    refuse(problems);
    return read;
  };
}

interface FieldProblem {
  code: 'unknownField' | 'invalidField';
  field: string;
  reason: string;
}

function problemsOf(place: Place, issue: z.core.$ZodIssue): FieldProblem[] {
  const at = [place, ...issue.path.map(String)];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      code: 'unknownField',
      field: [...at, key].join('.'),
      reason: issue.message,
    }));
  }
  return [{ code: 'invalidField', field: at.join('.'), reason: issue.message }];
}

function refuse(problems: FieldProblem[]): void {
  const errors = problems.map(
    ({ code, field, reason }) => new AppError(code, paramsOf(code, field, reason), field),
  );
  const [first] = errors;
  if (first === undefined) return;
  const { code, params, field } = first;
  if (errors.length === 1) throw first;
  throw new AppError(code, params, field, {
    fields: errors.map((error) => ({ field: error.field ?? '', code: error.code, message: error.message })),
  });
}

function paramsOf(code: FieldProblem['code'], field: string, reason: string): Record<string, string> {
  return code === 'unknownField' ? { field } : { field, reason };
}
