import { z } from 'zod';
import { instanceSpec } from '../application/spec.ts';
import { defineEndpoint, type Requirement } from '../endpoint.ts';
import { changeReason } from './applications.ts';
import { driftedField, instanceEndpoints, instanceParams } from './instances.ts';
import { nodeRight } from './projects.ts';

/**
 * Why what was found cannot become part of the instance.
 * - `unsaid`: no field of an instance says it.
 * - `differs`: an instance that says it would still be written otherwise (the project's registry, its tolerations, …).
 * - `invalid`: an instance may not say it.
 * - `gone`: the object is not there, and an instance cannot be without it.
 */
export const adoptionProblem = z.enum(['unsaid', 'differs', 'invalid', 'gone']);
export type AdoptionProblem = z.output<typeof adoptionProblem>;

/** Names a field with what was found in it: another value is another one. */
const foundId = z.string().max(64);
const adoptable = driftedField.extend({
  id: foundId,
  /** Null: it can be adopted. */
  problem: adoptionProblem.nullable(),
});
const chosen = z.array(foundId).min(1).max(300);

const one = '/applications/{application}/instances/{instance}';
const right = ({ params }: { params: { application: string } }): Requirement[] => [
  nodeRight('PUT', one, params.application),
];
const target = ({ params }: { params: { instance: string } }) => ({
  resource: 'instance',
  name: params.instance,
});

export const instanceDriftEndpoints = {
  getInstanceDrift: defineEndpoint({
    id: 'instances.drift',
    method: 'GET',
    path: `${one}/drift`,
    summary:
      'What others have changed of an instance, as its cluster has it now, and what of it can be adopted',
    params: instanceParams,
    response: z.object({
      /** Of the instance, that the cluster is compared with. */
      version: z.number().int(),
      spec: instanceSpec,
      fields: z.array(adoptable),
    }),
    permission: right,
  }),
  planAdoption: defineEndpoint({
    id: 'instances.planAdoption',
    method: 'POST',
    path: `${one}/drift/plan`,
    summary: 'What an instance would be with fields as others have changed them; nothing is written',
    params: instanceParams,
    body: z.strictObject({ fields: chosen }),
    response: instanceEndpoints.planInstance.response.extend({ spec: instanceSpec }),
    permission: right,
    audit: { code: 'instance.planAdoption', target, onlyFailures: true },
  }),
  adoptDrift: defineEndpoint({
    id: 'instances.adopt',
    method: 'POST',
    path: `${one}/drift/adopt`,
    summary: 'Make a new version of an instance that has fields as others have changed them in its cluster',
    params: instanceParams,
    body: z.strictObject({
      fields: chosen,
      /** What else others have changed is written over; otherwise it stays as it is, and is still told. */
      mendOthers: z.boolean().default(false),
      version: z.number().int(),
      reason: changeReason,
    }),
    response: instanceEndpoints.getInstance.response,
    permission: right,
    audit: {
      code: 'instance.adopt',
      target,
      params: ({ body }) => ({ fields: body.fields.length, reason: body.reason }),
    },
  }),
};
