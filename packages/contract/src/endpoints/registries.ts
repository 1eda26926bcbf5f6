import { z } from 'zod';
import { dnsLabel, timestamp, uuid } from '../common.ts';
import { defineEndpoint } from '../endpoint.ts';
import { nodeRight } from './projects.ts';

/** What a project pulls images with from a registry; the password is never shown. */
const registryView = z.object({
  id: uuid,
  /** Null: in all clusters of the project. Where one has its own for the same host, that is taken there. */
  cluster: z.string().nullable(),
  host: z.string(),
  username: z.string(),
  author: z.string(),
  updatedAt: timestamp,
});

/** As a pull secret names a registry: `registry.example.com:5000`, `https://index.docker.io/v1/`. */
const host = z
  .string()
  .trim()
  .max(253)
  .regex(
    /^(https?:\/\/)?[A-Za-z0-9]([-.A-Za-z0-9]*[A-Za-z0-9])?(:\d{1,5})?(\/[-._~/A-Za-z0-9]*)?$/,
    'registry',
  );
const username = z
  .string()
  .trim()
  .min(1)
  .max(255)
  // what comes after a colon would be the password's
  .regex(/^[^:\p{Cc}]+$/u, 'registryUser');
const password = z.string().min(1).max(16_384);

const projectParams = z.strictObject({ project: uuid });
const registryParams = projectParams.extend({ registry: uuid });
const all = '/projects/{project}/registries';
const one = `${all}/{registry}`;

const targetOf = ({ params }: { params: { project: string } }) => ({
  resource: 'project',
  name: params.project,
});

export const registryEndpoints = {
  listRegistries: defineEndpoint({
    id: 'registries.list',
    method: 'GET',
    path: all,
    summary: 'What a project pulls images with',
    params: projectParams,
    response: z.object({ registries: z.array(registryView) }),
    permission: ({ params }) => [nodeRight('GET', all, params.project)],
    live: true,
  }),
  addRegistry: defineEndpoint({
    id: 'registries.add',
    method: 'POST',
    path: all,
    summary: 'Add the credential of a registry; Pods of the project pull images with it',
    params: projectParams,
    body: z.strictObject({ cluster: dnsLabel.nullable().default(null), host, username, password }),
    response: registryView,
    status: 201,
    permission: ({ params }) => [nodeRight('POST', all, params.project)],
    audit: { code: 'registry.add', target: targetOf, params: ({ body }) => ({ host: body.host }) },
  }),
  changeRegistry: defineEndpoint({
    id: 'registries.change',
    method: 'PUT',
    path: one,
    summary: 'Replace the user and the password of a registry',
    params: registryParams,
    body: z.strictObject({ username, password }),
    response: registryView,
    permission: ({ params }) => [nodeRight('PUT', one, params.project)],
    audit: { code: 'registry.change', target: targetOf },
  }),
  removeRegistry: defineEndpoint({
    id: 'registries.remove',
    method: 'DELETE',
    path: one,
    summary: 'Remove the credential of a registry, in the clusters too',
    params: registryParams,
    permission: ({ params }) => [nodeRight('DELETE', one, params.project)],
    audit: { code: 'registry.remove', target: targetOf },
  }),
};
