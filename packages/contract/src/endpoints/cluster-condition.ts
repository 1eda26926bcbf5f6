import { z } from 'zod';
import { codedError, dnsLabel, timestamp } from '../common.ts';
import { defineEndpoint, type Requirement } from '../endpoint.ts';

const clusterParams = z.strictObject({ cluster: dnsLabel });

/** Of the cluster as a whole: a right in namespaces of it is none. */
function wholeCluster(path: string, cluster: string): Requirement[] {
  return [{ domain: { kind: 'cluster', cluster }, object: path, action: 'GET' }];
}

/** What could be read, or why it could not. */
const part = <S extends z.ZodType>(value: S) =>
  z.object({ value: value.nullable(), error: codedError.nullable() });

export const certificateFacts = z.object({
  subject: z.string(),
  issuer: z.string(),
  validFrom: timestamp,
  validTo: timestamp,
  /** The names and addresses it is for. */
  names: z.array(z.string()),
});

export const clusterCondition = z.object({
  /** By `/readyz?verbose`. */
  checks: part(z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string() }))),
  apiServices: part(
    z.object({
      total: z.number().int(),
      unavailable: z.array(
        z.object({
          name: z.string(),
          /** `namespace/name` of the Service behind it; empty for the apiserver's own. */
          service: z.string(),
          reason: z.string(),
          message: z.string(),
          since: timestamp.nullable(),
        }),
      ),
    }),
  ),
  /** Used since the apiserver was started, by its own metrics. */
  deprecatedApis: part(
    z.array(
      z.object({
        group: z.string(),
        version: z.string(),
        plural: z.string(),
        subresource: z.string(),
        /** The release that has it no more; null where none is named. */
        removedRelease: z.string().nullable(),
      }),
    ),
  ),
  /** The one that the apiserver shows. */
  servingCertificate: part(certificateFacts),
});

/** Something that pages need in the whole cluster: `list` of a kind, or a verb on a subresource. */
const lack = z.object({
  verb: z.string(),
  group: z.string(),
  plural: z.string(),
  subresource: z.string().nullable(),
  /** Whether it may do so in the namespace that was asked about; null of what is in none. */
  inNamespace: z.boolean().nullable(),
});

export const clusterCredential = z.object({
  /** Of the stored credential: its certificate, the authorities it trusts. */
  certificates: z.array(certificateFacts.extend({ what: z.enum(['client', 'authority']) })),
  /** When its token ends, where that says so. */
  tokenExpiresAt: timestamp.nullable(),
  /** The one asked about; else the context's, else `default`. */
  namespace: z.string(),
  /** What it may do in the namespace, and everywhere (SelfSubjectRulesReview). */
  rules: part(
    z.object({
      rules: z.array(
        z.object({
          verbs: z.array(z.string()),
          groups: z.array(z.string()),
          resources: z.array(z.string()),
          /** The names it is limited to; none: all. */
          names: z.array(z.string()),
          urls: z.array(z.string()),
        }),
      ),
      /** There may be more. */
      isIncomplete: z.boolean(),
    }),
  ),
  /** What pages need and it may not do. */
  lacks: part(z.array(lack)),
});

const paths = {
  condition: '/clusters/{cluster}/condition',
  credential: '/clusters/{cluster}/credential',
};

export const clusterConditionEndpoints = {
  getClusterCondition: defineEndpoint({
    id: 'clusters.condition',
    method: 'GET',
    path: paths.condition,
    summary:
      'How a cluster does: checks of its apiserver, unavailable APIServices, deprecated APIs in use, serving certificate',
    params: clusterParams,
    response: clusterCondition,
    permission: ({ params }) => wholeCluster(paths.condition, params.cluster),
  }),
  getClusterCredential: defineEndpoint({
    id: 'clusters.credential',
    method: 'GET',
    path: paths.credential,
    summary:
      'What the stored credential is and may do, and which pages lack data because of it; nothing secret',
    params: clusterParams,
    query: z.strictObject({ namespace: dnsLabel.optional() }),
    response: clusterCredential,
    permission: ({ params }) => wholeCluster(paths.credential, params.cluster),
    // the cluster is asked by reviews, which its own audit log has as well
    audit: {
      code: 'cluster.credential',
      target: ({ params }) => ({ resource: 'cluster', name: params.cluster }),
    },
  }),
};
