import { isSet, type Mapping, type ParsedKubeconfig } from './parse-kubeconfig.ts';
import { serviceAccountCommands, flattenCommands } from './way-out.ts';

/** Why a part of a kubeconfig is not taken. */
export type RefusalCode =
  | 'exec'
  | 'auth-provider'
  | 'file-path'
  | 'proxy-url'
  | 'impersonation'
  | 'unknown-key';

/** Something in a kubeconfig that would run, read a file, lead elsewhere or is not known, and the way out. */
export interface KubeconfigRefusal {
  code: RefusalCode;
  /** `users[admin].exec` */
  path: string;
  /** Commands that lead out, one a line; empty where the key just has to go. */
  commands: string[];
}

type Rule = 'accept' | 'drop' | RefusalCode;

/** Every key of `client-go/tools/clientcmd/api/v1/types.go`; any other is an unknown key. */
const rules: Record<'root' | 'cluster' | 'user' | 'context', Record<string, Rule>> = {
  root: {
    apiVersion: 'accept',
    kind: 'accept',
    clusters: 'accept',
    users: 'accept',
    contexts: 'accept',
    'current-context': 'accept',
    preferences: 'drop',
    extensions: 'drop',
  },
  cluster: {
    server: 'accept',
    'tls-server-name': 'accept',
    'insecure-skip-tls-verify': 'accept',
    'certificate-authority-data': 'accept',
    'certificate-authority': 'file-path',
    'proxy-url': 'proxy-url',
    'disable-compression': 'drop',
    extensions: 'drop',
  },
  user: {
    'client-certificate-data': 'accept',
    'client-key-data': 'accept',
    token: 'accept',
    username: 'accept',
    password: 'accept',
    'client-certificate': 'file-path',
    'client-key': 'file-path',
    tokenFile: 'file-path',
    as: 'impersonation',
    'as-uid': 'impersonation',
    'as-groups': 'impersonation',
    'as-user-extra': 'impersonation',
    'auth-provider': 'auth-provider',
    exec: 'exec',
    extensions: 'drop',
  },
  context: { cluster: 'accept', user: 'accept', namespace: 'accept', extensions: 'drop' },
};

/** What of a context's parts is refused (what leads out of most first) and what is dropped, by path. */
export function judgeContext(
  config: ParsedKubeconfig,
  context: string,
): { refusals: KubeconfigRefusal[]; dropped: string[] } {
  const content = config.contexts.get(context) ?? {};
  const clusterName = String(content['cluster'] ?? '');
  const userName = String(content['user'] ?? '');
  const parts: [kind: keyof typeof rules, prefix: string, mapping: Mapping | undefined][] = [
    ['root', '', config.root],
    ['context', `contexts[${context}].`, content],
    ['cluster', `clusters[${clusterName}].`, config.clusters.get(clusterName)],
    ['user', `users[${userName}].`, config.users.get(userName)],
  ];
  const refusals: KubeconfigRefusal[] = [];
  const dropped: string[] = [];
  for (const [kind, prefix, mapping] of parts) {
    for (const [key, value] of Object.entries(mapping ?? {})) {
      const rule = Object.hasOwn(rules[kind], key) ? (rules[kind][key] ?? 'unknown-key') : 'unknown-key';
      // an unknown key is refused even when it is empty: nobody knows what it means
      if (rule === 'accept' || (rule !== 'unknown-key' && !isSet(value))) continue;
      if (rule === 'drop') dropped.push(prefix + key);
      else refusals.push({ code: rule, path: prefix + key, commands: wayOut(rule, context, userName) });
    }
  }
  // a login command's way out also puts files inside: the one that leads furthest comes first
  refusals.sort((a, b) => b.commands.length - a.commands.length);
  return { refusals, dropped };
}

function wayOut(code: RefusalCode, context: string, user: string): string[] {
  switch (code) {
    case 'file-path':
      return flattenCommands(context);
    case 'exec':
    case 'auth-provider':
    case 'impersonation':
      return serviceAccountCommands(context, user);
    case 'proxy-url':
    case 'unknown-key':
      return [];
  }
}
