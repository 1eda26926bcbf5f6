import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';

/** About the platform itself. Outside of `/api/v1`, and public: `/healthz`, `/readyz`; `/metrics` asks for its token. */
export const platformEndpoints = {
  getOpenApi: defineEndpoint({
    id: 'openapi.get',
    method: 'GET',
    path: '/openapi.json',
    summary: 'This API as an OpenAPI 3.1 document',
    response: z.looseObject({ openapi: z.string(), paths: z.record(z.string(), z.unknown()) }),
    permission: 'public',
  }),
};
