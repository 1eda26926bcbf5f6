import type { clusterCondition, clusterCredential } from '@pilothouse/contract';
import { isRecord } from '@pilothouse/kinds';
import {
  eachObject,
  readChecks,
  readDeprecatedApis,
  readOwnRules,
  readServingCertificate,
  type CallOptions,
  type CertificateFacts,
  type ClusterConnection,
} from '@pilothouse/kube';
import type { z } from 'zod';
import type { ClusterHandle } from '../../clusters/cluster-handle.ts';
import { streamErrorOf } from '../../ws/stream-error.ts';
import { findLacks } from './find-lacks.ts';

type Condition = z.output<typeof clusterCondition>;
type Credential = z.output<typeof clusterCredential>;
type Part<T> = { value: T; error: null } | { value: null; error: ReturnType<typeof streamErrorOf> };

/** How old an answer may be, in milliseconds; the metrics of a large apiserver are tens of megabytes. */
const keptMs = { checks: 10_000, rights: 60_000, deprecated: 600_000, certificate: 600_000 };
const mostApiServices = 100;
/** Parts of a cluster kept at a time: two a namespace that somebody asks about. */
const mostParts = 100;
const apiServices = { group: 'apiregistration.k8s.io', version: 'v1', plural: 'apiservices' };

/** Asks clusters about themselves; what several people look at is asked once. */
export class ClusterConditionService {
  /** By handle: another credential is another cluster. */
  readonly #kept = new WeakMap<ClusterHandle, Map<string, { at: number; answer: Promise<Part<unknown>> }>>();

  async condition(handle: ClusterHandle): Promise<Condition> {
    const { connection } = handle;
    const call: CallOptions = {};
    const [checks, services, deprecatedApis, servingCertificate] = await Promise.all([
      this.#once(handle, 'checks', keptMs.checks, () => readChecks(connection, call)),
      this.#once(handle, 'apiServices', keptMs.checks, () => readApiServices(connection, call)),
      this.#once(handle, 'deprecated', keptMs.deprecated, () => readDeprecatedApis(connection, call)),
      this.#once(handle, 'certificate', keptMs.certificate, async () => {
        const certificate = await readServingCertificate(connection);
        return certificate && shown(certificate);
      }),
    ]);
    return { checks, apiServices: services, deprecatedApis, servingCertificate };
  }

  async credential(handle: ClusterHandle, namespace: string, auditId: string): Promise<Credential> {
    const { connection, facts } = handle;
    const call: CallOptions = { auditId };
    const [rules, lacks] = await Promise.all([
      this.#once(handle, `rules in ${namespace}`, keptMs.rights, () =>
        readOwnRules(connection, namespace, call),
      ),
      this.#once(handle, `lacks in ${namespace}`, keptMs.rights, async () =>
        findLacks(connection, await handle.discovery.get(), namespace, call),
      ),
    ]);
    const { client, authorities, tokenExpiresAt } = facts;
    return {
      certificates: [
        ...(client === null ? [] : [{ what: 'client' as const, ...shown(client) }]),
        ...authorities.map((authority) => ({ what: 'authority' as const, ...shown(authority) })),
      ],
      tokenExpiresAt: tokenExpiresAt?.toISOString() ?? null,
      namespace,
      rules,
      lacks,
    };
  }

  /** A part that cannot be read leaves the others alone. */
  async #once<T>(
    handle: ClusterHandle,
    name: string,
    forMs: number,
    read: () => Promise<T>,
  ): Promise<Part<T>> {
    const parts = this.#kept.get(handle) ?? new Map<string, { at: number; answer: Promise<Part<unknown>> }>();
    this.#kept.set(handle, parts);
    const known = parts.get(name);
    if (known !== undefined && performance.now() - known.at < forMs) return known.answer as Promise<Part<T>>;
    if (parts.size > mostParts) parts.clear();
    const answer = read().then(
      (value): Part<T> => ({ value, error: null }),
      (error: unknown): Part<T> => {
        // what failed is asked again soon
        parts.delete(name);
        return { value: null, error: streamErrorOf(error) };
      },
    );
    parts.set(name, { at: performance.now(), answer });
    return answer;
  }
}

function shown({ validFrom, validTo, ...facts }: CertificateFacts) {
  return { ...facts, validFrom: validFrom.toISOString(), validTo: validTo.toISOString() };
}

type ApiServices = NonNullable<Condition['apiServices']['value']>;

/** Those whose condition `Available` is not `True`. */
async function readApiServices(connection: ClusterConnection, call: CallOptions): Promise<ApiServices> {
  const found: ApiServices = { total: 0, unavailable: [] };
  const take = (object: { metadata: { name: string }; spec?: unknown; status?: unknown }) => {
    found.total += 1;
    const conditions = isRecord(object.status) ? object.status['conditions'] : [];
    const available = (Array.isArray(conditions) ? conditions : []).find(
      (each) => isRecord(each) && each['type'] === 'Available',
    );
    if (available?.status === 'True' || found.unavailable.length === mostApiServices) return;
    const { service } = isRecord(object.spec) ? object.spec : {};
    const at = Date.parse(String(available?.lastTransitionTime ?? ''));
    found.unavailable.push({
      name: object.metadata.name,
      service: isRecord(service) ? `${String(service['namespace'])}/${String(service['name'])}` : '',
      reason: String(available?.reason ?? ''),
      message: String(available?.message ?? '').slice(0, 1000),
      since: Number.isNaN(at) ? null : new Date(at).toISOString(),
    });
  };
  await eachObject(connection, apiServices, take, { ...call, withoutManagedFields: true });
  return found;
}
