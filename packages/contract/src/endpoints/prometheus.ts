import { z } from 'zod';
import { dnsLabel } from '../common.ts';
import { defineEndpoint, type Requirement } from '../endpoint.ts';

/** Where a Prometheus answers: without user, query and fragment, which would be secrets or parts of a question. */
export const prometheusUrl = z
  .string()
  .trim()
  .max(2048)
  .regex(/^https?:\/\/[^\s/?#@\\]+(\/[^\s?#\\]*)?$/i, 'prometheusUrl')
  .refine((text) => URL.canParse(text), 'prometheusUrl');

const params = z.strictObject({ cluster: dnsLabel });
const prometheus = z.object({ url: z.string(), hasToken: z.boolean() });

interface OfCluster {
  params: z.output<typeof params>;
}
/** Where the platform asks for what it shows of a cluster: as much as another credential for it. */
const permission = ({ params: { cluster } }: OfCluster): Requirement[] => [
  { domain: { kind: 'cluster', cluster }, object: '/clusters/{cluster}/kubeconfig', action: 'PUT' },
];
const target = ({ params: { cluster } }: OfCluster) => ({ resource: 'cluster', name: cluster });

export const prometheusEndpoints = {
  getPrometheus: defineEndpoint({
    id: 'prometheus.get',
    method: 'GET',
    path: '/clusters/{cluster}/prometheus',
    summary: 'The Prometheus that a cluster is measured by; its token is not told',
    params,
    response: z.object({ prometheus: prometheus.nullable() }),
    permission,
  }),
  setPrometheus: defineEndpoint({
    id: 'prometheus.set',
    method: 'PUT',
    path: '/clusters/{cluster}/prometheus',
    summary: 'Have a cluster’s charts come from its Prometheus; it is asked once before anything is stored',
    params,
    body: z.strictObject({
      url: prometheusUrl,
      /** Absent: the stored one stays, where the address does; null: none. */
      token: z
        .string()
        .max(8192)
        .regex(/^[\x21-\x7e]+$/, 'prometheusToken')
        .nullable()
        .optional(),
    }),
    response: z.object({ prometheus }),
    permission,
    audit: { code: 'cluster.setPrometheus', target, params: ({ body }) => ({ url: body.url }) },
  }),
  deletePrometheus: defineEndpoint({
    id: 'prometheus.delete',
    method: 'DELETE',
    path: '/clusters/{cluster}/prometheus',
    summary: 'Forget the Prometheus of a cluster, and its token',
    params,
    permission,
    audit: { code: 'cluster.deletePrometheus', target },
  }),
};
