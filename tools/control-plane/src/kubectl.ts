import { run, type RunOptions } from './run.ts';

/** kubectl, bound to one cluster. Returns stdout; throws with stderr where it exits with another code than 0. */
export type Kubectl = (
  arguments_: readonly string[],
  options?: Pick<RunOptions, 'input' | 'signal' | 'timeout'>,
) => Promise<string>;

export function kubectlFor(kubectl: string, kubeconfig: string): Kubectl {
  return (arguments_, options = {}) =>
    run(kubectl, ['--kubeconfig', kubeconfig, ...arguments_], { timeout: 120_000, ...options });
}

/** Objects as `kubectl apply -f -` reads them. */
export const objectList = (items: readonly object[]): string =>
  JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
