import { allEndpoints } from '@pilothouse/contract';
import { expect, test } from 'vitest';
import { openApiDocument } from './openapi.ts';

const document = openApiDocument('1.2.3');

test('every endpoint of the contract is in the document, with its parameters', () => {
  for (const endpoint of allEndpoints) {
    const operation = document.paths[endpoint.path]?.[endpoint.method.toLowerCase()] as {
      operationId: string;
      parameters: { name: string; in: string; required: boolean }[];
      security?: unknown[];
    };
    expect(operation.operationId).toBe(endpoint.id);
    const placeholders = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    const inPath = operation.parameters.filter((parameter) => parameter.in === 'path');
    expect(inPath.map((parameter) => parameter.name).toSorted()).toEqual(placeholders.toSorted());
    expect(inPath.every((parameter) => parameter.required)).toBe(true);
    expect(operation.security === undefined).toBe(endpoint.permission === 'public');
  }
});

test('query parameters carry their schema, and references lead somewhere', () => {
  const list = document.paths['/clusters/{cluster}/k8s/{group}/{plural}']?.get as {
    parameters: { name: string; schema: object }[];
  };
  const byName = Object.fromEntries(list.parameters.map(({ name, schema }) => [name, schema]));
  expect(byName.pageSize).toMatchObject({ type: 'integer', maximum: 500 });
  expect(byName.namespace).toMatchObject({ type: 'array' });
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]*)"/g)].map(
    ([, reference]) => reference,
  );
  const defined = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
  expect(references.length).toBeGreaterThan(0);
  expect(defined).toEqual(expect.arrayContaining([...new Set(references)]));
});
