import { fixedPaths } from '../transport/api-path.ts';
import type { CallOptions, ClusterConnection } from '../transport/connection.ts';
import { KubeError } from '../transport/kube-error.ts';
import { oneLine } from '../transport/network-error.ts';

/** One of the checks by which an apiserver judges whether it is ready. */
export interface ReadinessCheck {
  name: string;
  ok: boolean;
  /** What it says of a failed one, usually that the reason is withheld. */
  detail: string;
}

/** More checks than any apiserver has. */
const mostChecks = 500;

/**
 * The apiserver's checks by `/readyz?verbose`, those that failed too. Rejects with KubeError (status 403 where the
 * credential may not ask; `notAnApiserver` where the answer is something else).
 */
export async function readChecks(
  connection: ClusterConnection,
  call: CallOptions = {},
): Promise<ReadinessCheck[]> {
  // 500 says that one has failed, and which
  const { body } = await connection.request(
    { path: fixedPaths.readyz, query: { verbose: '' }, accept: 'text/plain', alsoAnswers: [500] },
    { maxBytes: 256 * 1024, ...call },
  );
  const checks = parseChecks(body.toString('utf8'));
  if (checks.length === 0) throw new KubeError('notAnApiserver', 'The answer has no checks in it');
  return checks;
}

/** `[+]ping ok` and `[-]etcd failed: reason withheld` (`apiserver/pkg/server/healthz`). */
export function parseChecks(text: string): ReadinessCheck[] {
  return text
    .split('\n')
    .flatMap((line) => {
      const [, sign, name = '', said = ''] = /^\[([+-])\](\S+) ?(.*)$/.exec(line) ?? [];
      if (sign === undefined) return [];
      const detail = sign === '+' ? '' : oneLine(said.replace(/^failed: /, ''));
      return [{ name: oneLine(name, 120), ok: sign === '+', detail }];
    })
    .slice(0, mostChecks);
}
