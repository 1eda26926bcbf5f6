import { cluster as clusterSchema } from '@pilothouse/contract';
import type { z } from 'zod';
import type { ClusterRow } from './clusters.repository.ts';

export type ClusterView = z.output<typeof clusterSchema>;
type ProbeView = NonNullable<ClusterView['health']['lastProbe']>;

/** A cluster as the contract shows it; nothing secret is in it. `throttledPercent` is what this process does to it. */
export function clusterView(row: ClusterRow, throttledPercent: number | null): ClusterView {
  return {
    id: row.id,
    name: row.name,
    displayName: row.displayName,
    environment: row.environment as ClusterView['environment'],
    description: row.description,
    owner: row.owner,
    labels: row.labels as ClusterView['labels'],
    timeoutMs: row.timeoutMs,
    keepsUsage: row.keepsUsage,
    hasPrometheus: row.prometheus !== null,
    server: row.server,
    context: row.context,
    namespace: row.namespace,
    insecureSkipTlsVerify: row.insecureSkipTlsVerify,
    certificateExpiresAt: row.certificateExpiresAt?.toISOString() ?? null,
    caExpiresAt: row.caExpiresAt?.toISOString() ?? null,
    tokenExpiresAt: row.tokenExpiresAt?.toISOString() ?? null,
    source: row.source as ClusterView['source'],
    health: {
      state: (row.health?.state ?? 'unknown') as ClusterView['health']['state'],
      since: row.health?.since?.toISOString() ?? null,
      lastProbe: row.health === null ? null : lastProbe(row.health),
      throttledPercent,
    },
    createdAt: row.createdAt.toISOString(),
  };
}

function lastProbe(health: NonNullable<ClusterRow['health']>): ProbeView | null {
  const { at, ok, reason, detail, version, latencyMs, nodes } = health;
  if (at === null || ok === null) return null;
  const probe = { ok, detail, version, latencyMs, nodes, at: at.toISOString() };
  return { ...probe, reason: reason as ProbeView['reason'] };
}
