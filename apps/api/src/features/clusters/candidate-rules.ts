import type { candidate as candidateSchema } from '@pilothouse/contract';
import { inspectKubeconfig, KubeconfigError, type KubeconfigInspection } from '@pilothouse/kube';
import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { AppError } from '../../http/app-error.ts';
import { freeName } from './free-name.ts';
import type { FolderFile } from './kubeconfig-folder.ts';

export type Candidate = z.output<typeof candidateSchema>;

/** What the platform knows already when it looks at a file. */
export interface Known {
  /** Contents that were registered or replaced something, oldest first; `cluster` is null where it was removed since. */
  handled: { file: string; contentHash: string; cluster: string | null }[];
  clusters: { name: string; server: string }[];
}

/** What becomes of a file: nothing any more, a decision that waits for somebody, or a registration by itself. */
export type Verdict =
  | { kind: 'handled' }
  | { kind: 'waits'; candidate: Candidate }
  | { kind: 'registers'; candidate: Candidate; name: string };

/** Names a file at its content. */
export function candidateId({ file, contentHash }: Pick<FolderFile, 'file' | 'contentHash'>): string {
  return createHash('sha256').update(`${file}\0${contentHash}`).digest('hex').slice(0, 32);
}

/**
 * A safe file with one context registers itself; several contexts, insecure or loopback wait for a click; changed content
 * offers replacement; content whose cluster was removed does not come back by itself.
 */
export function judgeFile(file: FolderFile, known: Known): Verdict {
  const handled = known.handled.findLast(
    (row) => row.file === file.file && row.contentHash === file.contentHash,
  );
  if (handled !== undefined && handled.cluster !== null) return { kind: 'handled' };
  const read = readFile(file);
  const replaces = replacedBy(file, read.inspection, known);
  const waitsFor = reasonToWait(read.inspection, { replaces, removed: handled !== undefined });
  const candidate = {
    id: candidateId(file),
    file: file.file,
    contexts: read.inspection?.contexts ?? [],
    replaces,
    error: read.error,
  };
  if (waitsFor !== undefined) return { kind: 'waits', candidate: { ...candidate, waitsFor } };
  const name = freeName(read.inspection?.suggestedName ?? 'cluster', known.clusters);
  // what stops it from registering itself, should anything
  return { kind: 'registers', name, candidate: { ...candidate, waitsFor: 'refused' } };
}

function readFile({ text, problem }: FolderFile): {
  inspection: KubeconfigInspection | null;
  error: Candidate['error'];
} {
  if (text === null) return { inspection: null, error: problem && codedError(problem) };
  try {
    return { inspection: inspectKubeconfig(text), error: null };
  } catch (error) {
    if (!(error instanceof KubeconfigError)) throw error;
    return { inspection: null, error: codedError(error) };
  }
}

/** An error as a candidate carries it. */
export function codedError(error: KubeconfigError | AppError): NonNullable<Candidate['error']> {
  const { code, message, params } =
    error instanceof AppError ? error : new AppError(error.code, error.params as Record<string, string>);
  return { code, message, params };
}

function reasonToWait(
  inspection: KubeconfigInspection | null,
  { replaces, removed }: { replaces: string | null; removed: boolean },
): Candidate['waitsFor'] | undefined {
  const [context, ...others] = inspection?.contexts ?? [];
  if (context === undefined) return 'unreadable';
  if (removed) return 'removed';
  const usable = [context, ...others].filter(
    ({ refusals, problems }) => refusals.length === 0 && problems.length === 0,
  );
  if (usable.length === 0) return 'refused';
  if (replaces !== null) return 'replacement';
  if (others.length > 0) return 'contextChoice';
  if (context.insecureSkipTlsVerify) return 'insecure';
  return context.loopback ? 'loopback' : undefined;
}

/** The cluster this file stood for at its last content, or one with the same server that came another way. */
function replacedBy(
  { file }: FolderFile,
  inspection: KubeconfigInspection | null,
  { handled, clusters }: Known,
): string | null {
  const before = handled.findLast((row) => row.file === file && row.cluster !== null);
  if (before !== undefined) return before.cluster;
  const servers = new Set(inspection?.contexts.map(({ server }) => server));
  return clusters.find(({ server }) => servers.has(server))?.name ?? null;
}
