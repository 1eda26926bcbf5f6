import type { KubeconfigProblem, KubeconfigProblemCode } from './kubeconfig-error.ts';
import { isSet } from './parse-kubeconfig.ts';

/** Characters of a server address that can be stored. */
const longestServer = 2048;

/** A cluster's `server` as it is used, or what is wrong with it. Its text is never in a problem: it may hold a password. */
export function judgeServer(value: unknown, cluster: string): string | KubeconfigProblem {
  const problem = (code: KubeconfigProblemCode, params: Record<string, string> = {}) => ({ code, params });
  if (!isSet(value)) return problem('serverMissing', { cluster });
  if (typeof value !== 'string') return problem('serverInvalid');
  const text = value.trim();
  const scheme = /^([a-z][a-z0-9+.-]{0,19}):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    const looksLikeHost = /^(?:\/\/)?[\w.-]+\.?[\w-]*(?::\d+)?(?:\/\S*)?$|^\[[0-9a-f:.]+\](?::\d+)?$/i.test(
      text,
    );
    return problem(looksLikeHost ? 'serverNoScheme' : 'serverInvalid');
  }
  const url = URL.parse(text);
  if (scheme !== 'http' && scheme !== 'https') return problem('serverScheme', { scheme });
  if (!url || url.hostname === '') return problem('serverInvalid');
  if (url.username !== '' || url.password !== '') return problem('serverHasCredentials');
  if (scheme === 'http') return problem('serverNotHttps');
  if (url.search !== '') return problem('serverHasQuery');
  if (url.hash !== '') return problem('serverHasFragment');
  const server = `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  if (server.length > longestServer) return problem('serverTooLong', { most: String(longestServer) });
  return server;
}
