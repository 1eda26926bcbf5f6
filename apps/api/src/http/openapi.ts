import { allEndpoints, endpoints, errorCodes, type Endpoint } from '@pilothouse/contract';
import { z } from 'zod';
import manifest from '../../package.json' with { type: 'json' };
import { mount, type ApiRouter } from './mount.ts';

type Json = Record<string, unknown>;

/** The contract as an OpenAPI 3.1 document. */
export function openApiDocument(version: string) {
  const writer = new SchemaWriter();
  const paths: Record<string, Json> = {};
  for (const endpoint of allEndpoints) {
    const path = (paths[endpoint.path] ??= {});
    path[endpoint.method.toLowerCase()] = operationOf(endpoint, writer);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Pilothouse', version },
    servers: [{ url: '/api/v1' }],
    paths,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
      schemas: { Error: errorSchema(), ...writer.definitions },
    },
  };
}

function operationOf(endpoint: Endpoint, writer: SchemaWriter): Json {
  const [tag] = endpoint.id.split('.');
  const content = contentOf(endpoint, writer);
  return {
    operationId: endpoint.id,
    summary: endpoint.summary,
    tags: [tag],
    ...(endpoint.permission === 'public' ? {} : { security: [{ bearer: [] }] }),
    parameters: [
      ...parametersOf('path', endpoint.params, writer),
      ...parametersOf('query', endpoint.query, writer),
    ],
    ...(endpoint.body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: writer.write(endpoint.body, 'input') } },
      },
    }),
    ...(endpoint.consumes && { requestBody: { required: true, content: { '*/*': {} } } }),
    responses: {
      [endpoint.status]: { description: 'Success', ...(content && { content }) },
      default: {
        description: 'Refused or failed',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

function contentOf({ response, produces }: Endpoint, writer: SchemaWriter): Json | undefined {
  if (produces !== 'json') return { 'text/plain': { schema: { type: 'string' } } };
  return response && { 'application/json': { schema: writer.write(response, 'output') } };
}

function parametersOf(place: 'path' | 'query', schema: z.ZodType | undefined, writer: SchemaWriter): Json[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = writer.write(schema, 'input');
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

/** Writes schemas as JSON Schema; what refers to itself is defined once, in the document's components. */
class SchemaWriter {
  readonly definitions: Json = {};

  write(schema: z.ZodType, io: 'input' | 'output'): z.core.JSONSchema.BaseSchema {
    const { $schema: _dialect, $defs, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
    if ($defs === undefined) return json;
    const prefix = `Shared${Object.keys(this.definitions).length}`;
    const moved = JSON.parse(
      JSON.stringify({ $defs, json }).replaceAll('"#/$defs/', `"#/components/schemas/${prefix}`),
    ) as { $defs: Json; json: z.core.JSONSchema.BaseSchema };
    for (const [name, definition] of Object.entries(moved.$defs))
      this.definitions[prefix + name] = definition;
    return moved.json;
  }
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
          conflicts: {
            type: 'array',
            description: 'With applyConflict: who owns which field',
            items: {
              type: 'object',
              properties: { manager: { type: ['string', 'null'] }, field: text, message: text },
            },
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
