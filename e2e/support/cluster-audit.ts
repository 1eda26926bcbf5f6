import { readFile } from 'node:fs/promises';
import type { LocalCluster } from '@pilothouse/control-plane';

interface Audited {
  stage: string;
  verb: string;
  requestURI: string;
  responseStatus?: { code: number };
}

/** Requests of one kind in the cluster's audit log that have been answered. */
async function auditedIn(cluster: LocalCluster, part: string): Promise<Audited[]> {
  const lines = (await readFile(cluster.auditLogPath, 'utf8')).split('\n');
  const events = lines.filter((line) => line.includes(part)).map((line) => JSON.parse(line) as Audited);
  return events.filter(({ stage }) => stage === 'ResponseComplete');
}

/** Evictions of those pods. */
export async function evictionsOf(
  cluster: LocalCluster,
  prefix: string,
): Promise<{ pod: string; code: number }[]> {
  return (await auditedIn(cluster, '/eviction')).flatMap(({ requestURI, responseStatus }) => {
    const pod = /\/pods\/([^/]+)\/eviction/.exec(requestURI)?.[1];
    return pod?.startsWith(`${prefix}-`) ? [{ pod, code: responseStatus?.code ?? 0 }] : [];
  });
}

/** Names of ConfigMaps that were applied, and not just tried, as often as they were. */
export async function appliedIn(cluster: LocalCluster, prefix: string): Promise<string[]> {
  return (await auditedIn(cluster, `/configmaps/${prefix}-`)).flatMap(({ verb, requestURI }) => {
    const { pathname, searchParams } = new URL(requestURI, 'https://cluster');
    const isApplied = verb === 'patch' && !searchParams.has('dryRun');
    return isApplied ? [pathname.slice(pathname.lastIndexOf('/') + 1)] : [];
  });
}
