import { LineSplitter } from '../streams/lines.ts';
import { fixedPaths } from '../transport/api-path.ts';
import type { CallOptions, ClusterConnection } from '../transport/connection.ts';
import { KubeError } from '../transport/kube-error.ts';
import { networkError, oneLine } from '../transport/network-error.ts';

/** A deprecated version of an API that somebody has used since the apiserver was started. */
export interface DeprecatedApi {
  /** `''` is the core group. */
  group: string;
  version: string;
  plural: string;
  subresource: string;
  /** The release that has it no more, `1.38`; null where none is named. */
  removedRelease: string | null;
}

const metric = 'apiserver_requested_deprecated_apis';
const longestLine = 2048;
/** An apiserver of a large cluster has tens of megabytes of metrics. */
const mostBytes = 128 * 1024 * 1024;
const mostApis = 500;
const withinMs = 30_000;

/**
 * What the apiserver counts of deprecated APIs in its metrics, which are read line by line. Rejects with KubeError:
 * status 403 where the credential may not read them, `tooLarge`, `timeout`.
 */
export async function readDeprecatedApis(
  connection: ClusterConnection,
  call: CallOptions = {},
): Promise<DeprecatedApi[]> {
  const late = new AbortController();
  const reason = new KubeError('timeout', `The metrics did not end within ${withinMs / 1000} s`);
  const timer = setTimeout(() => late.abort(reason), withinMs);
  const signal = call.signal === undefined ? late.signal : AbortSignal.any([late.signal, call.signal]);
  try {
    const { body } = await connection.stream(
      { path: fixedPaths.metrics, accept: 'text/plain' },
      { ...call, signal },
    );
    return await gather(body);
  } catch (error) {
    throw networkError(error);
  } finally {
    clearTimeout(timer);
  }
}

async function gather(body: AsyncIterable<Buffer>): Promise<DeprecatedApi[]> {
  const splitter = new LineSplitter(longestLine);
  const apis: DeprecatedApi[] = [];
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.length;
    if (bytes > mostBytes) throw new KubeError('tooLarge', `The metrics are larger than ${mostBytes} bytes`);
    for (const line of splitter.push(piece)) {
      if (line.bytes.indexOf(metric) !== 0 || apis.length === mostApis) continue;
      const api = parseDeprecatedApi(line.bytes.toString('utf8'));
      if (api !== undefined) apis.push(api);
    }
  }
  return apis;
}

/** One line of it; undefined where it is another's, or says 0. */
export function parseDeprecatedApi(line: string): DeprecatedApi | undefined {
  const [, labels = '', value] = new RegExp(`^${metric}\\{(.*)\\} (\\S+)$`).exec(line) ?? [];
  if (value === undefined || Number(value) === 0) return undefined;
  const of = (name: string) =>
    oneLine(new RegExp(`(?:^|,)${name}="((?:[^"\\\\]|\\\\.)*)"`).exec(labels)?.[1] ?? '', 253);
  const removedRelease = of('removed_release');
  return {
    group: of('group'),
    version: of('version'),
    plural: of('resource'),
    subresource: of('subresource'),
    removedRelease: removedRelease === '' ? null : removedRelease,
  };
}
