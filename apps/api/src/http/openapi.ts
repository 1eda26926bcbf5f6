import { endpoints, errorCodes, type Endpoint } from '@pilothouse/contract';
import { z } from 'zod';
import manifest from '../../package.json' with { type: 'json' };
import { mount, type ApiRouter } from './mount.ts';

type Json = Record<string, unknown>;

/** The contract as an OpenAPI 3.1 document. */
export function openApiDocument(version: string) {
  const paths: Record<string, Json> = {};
  for (const endpoint of Object.values(endpoints) as Endpoint[]) {
    const path = (paths[endpoint.path] ??= {});
    path[endpoint.method.toLowerCase()] = operationOf(endpoint);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Pilothouse', version },
    servers: [{ url: '/api/v1' }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: { Error: errorSchema() },
    },
  };
}

function operationOf(endpoint: Endpoint): Json {
  const [tag] = endpoint.id.split('.');
  return {
    operationId: endpoint.id,
    summary: endpoint.summary,
    tags: [tag],
    ...(endpoint.permission === 'public' ? {} : { security: [{ bearer: [] }] }),
    parameters: [...parametersOf('path', endpoint.params), ...parametersOf('query', endpoint.query)],
    ...(endpoint.body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: schemaOf(endpoint.body, 'input') } },
      },
    }),
    responses: {
      [endpoint.status]: {
        description: 'Success',
        ...(contentOf(endpoint) && { content: contentOf(endpoint) }),
      },
      default: {
        description: 'Refused or failed',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

function contentOf({ response, produces }: Endpoint): Json | undefined {
  if (produces !== 'json') return { 'text/plain': { schema: { type: 'string' } } };
  return response && { 'application/json': { schema: schemaOf(response, 'output') } };
}

function parametersOf(place: 'path' | 'query', schema: z.ZodType | undefined): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input');
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output') {
  const { $schema: _dialect, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  return json;
}

function errorSchema(): Json {
  const text = { type: 'string' };
  return {
    type: 'object',
    required: ['error'],
    properties: {
      error: {
        type: 'object',
        required: ['code', 'message', 'requestId'],
        properties: {
          code: { type: 'string', enum: Object.keys(errorCodes) },
          message: text,
          params: { type: 'object' },
          field: { ...text, description: 'Dotted path of the offending input' },
          fields: {
            type: 'array',
            items: { type: 'object', properties: { field: text, code: text, message: text } },
          },
          requestId: text,
          status: { type: 'object', description: 'The cluster’s own Status, verbatim' },
        },
      },
    },
  };
}

/** Serves the document; it only changes with the program. */
export function mountOpenApi(api: ApiRouter): void {
  const document = openApiDocument(manifest.version);
  mount(api, endpoints.getOpenApi, () => document);
}
