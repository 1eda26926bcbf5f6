import { inspectKubeconfig } from '../kubeconfig/inspect-kubeconfig.ts';
import { KubeconfigError } from '../kubeconfig/kubeconfig-error.ts';
import { readContext } from '../kubeconfig/read-context.ts';

export const base64 = (text: string) => Buffer.from(text).toString('base64');
export type Keys = Record<string, unknown>;

/** A kubeconfig of one context with these keys in its parts, as JSON, which is YAML too. */
export function config(
  cluster: Keys = {},
  user: Keys = {},
  { context = {} as Keys, root = {} as Keys } = {},
): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'dev',
    clusters: [{ name: 'c', cluster: { server: 'https://10.0.0.1:6443', ...cluster } }],
    users: [{ name: 'admin', user }],
    contexts: [{ name: 'dev', context: { cluster: 'c', user: 'admin', ...context } }],
    ...root,
  });
}

export function failureOf(text: string, context?: string, allowInsecure = false): KubeconfigError {
  try {
    readContext(text, context, { allowInsecure });
  } catch (error) {
    if (error instanceof KubeconfigError) return error;
    throw error;
  }
  throw new Error('it was read');
}
export const only = (text: string) => {
  const [context] = inspectKubeconfig(text).contexts;
  if (!context) throw new Error('no context');
  return context;
};
