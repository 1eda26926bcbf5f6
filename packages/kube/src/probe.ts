import { apiPath, fixedPaths } from './transport/api-path.ts';
import type { CallOptions, ClusterConnection } from './transport/connection.ts';
import { KubeError, type KubeErrorReason } from './transport/kube-error.ts';
import { networkError, oneLine } from './transport/network-error.ts';

/** Why a cluster could not be probed: what a person can act on, of all the reasons there are. */
export type ProbeReason = Exclude<
  KubeErrorReason,
  | 'api'
  | 'protocol'
  | 'tooLarge'
  | 'wrongKind'
  | 'endless'
  | 'malformed'
  | 'throttled'
  | 'unavailable'
  | 'aborted'
  | 'closed'
  | 'invalidName'
  | 'badSelector'
>;

/** Whether a cluster answers, and if not, why. */
export interface ProbeResult {
  /** RFC 3339. */
  at: string;
  ok: boolean;
  reason: ProbeReason | null;
  /** What the system or the server said, in English, without any response body. */
  detail: string | null;
  version: string | null;
  /** Of the question for the version, a new connection included. */
  latencyMs: number | null;
  /** Null where the credential may not list nodes. */
  nodes: number | null;
}

/** Asks a cluster for its version and for the number of its nodes. Never throws. */
export async function probe(
  connection: ClusterConnection,
  { signal }: { signal?: AbortSignal } = {},
): Promise<ProbeResult> {
  const call: CallOptions = { priority: 'background', ...(signal && { signal }) };
  const result: ProbeResult = {
    at: new Date().toISOString(),
    ok: false,
    reason: null,
    detail: null,
    version: null,
    latencyMs: null,
    nodes: null,
  };
  try {
    const startedAt = performance.now();
    const { gitVersion } = await connection.json<{ gitVersion?: unknown }>(
      { path: fixedPaths.version },
      call,
    );
    result.latencyMs = Math.round((performance.now() - startedAt) * 10) / 10;
    if (typeof gitVersion !== 'string' || !/^v\d+\.\d+/.test(gitVersion)) {
      throw new KubeError('notAnApiserver', 'The answer has no version of Kubernetes in it');
    }
    result.version = oneLine(gitVersion, 60);
    // anybody may ask for the version; this one also proves that the credential is good
    result.nodes = await countNodes(connection, call);
    result.ok = true;
  } catch (error) {
    const failure = networkError(error);
    result.reason = probeReason(failure);
    result.detail = oneLine(failure.message);
  }
  return result;
}

interface MetadataList {
  items?: unknown[];
  metadata?: { remainingItemCount?: number };
}

async function countNodes(connection: ClusterConnection, call: CallOptions): Promise<number | null> {
  try {
    const { items, metadata } = await connection.json<MetadataList>(
      {
        path: apiPath({ group: '', version: 'v1', plural: 'nodes' }),
        query: { limit: 1 },
        accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json',
      },
      call,
    );
    return (items ?? []).length + (metadata?.remainingItemCount ?? 0);
  } catch (error) {
    if (error instanceof KubeError && error.is(403)) return null;
    throw error;
  }
}

function probeReason({ reason, status }: KubeError): ProbeReason {
  switch (reason) {
    case 'api':
      if (status === 403) return 'forbidden';
      if (status === 429) return 'busy';
      return status !== undefined && status >= 500 ? 'serverError' : 'notAnApiserver';
    case 'protocol':
    case 'tooLarge':
    case 'wrongKind':
    case 'endless':
    case 'malformed':
    case 'throttled':
    case 'invalidName':
    case 'badSelector':
      return 'notAnApiserver';
    case 'unavailable':
    case 'aborted':
    case 'closed':
      return 'unreachable';
    default:
      return reason;
  }
}
