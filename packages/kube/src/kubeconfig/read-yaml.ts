import { KubectlYamlError, readKubectlYaml } from '@pilothouse/kinds';
import { unreadable } from './kubeconfig-error.ts';

/** The one document of a kubeconfig as plain data, bounded. Throws KubeconfigError `kubeconfigUnreadable`. */
export function readYaml(text: string): unknown {
  try {
    const [document, ...others] = readKubectlYaml(text, { maxNodes: 10_000 });
    if (others.length > 0) throw unreadable('it has several documents');
    return document;
  } catch (error) {
    if (!(error instanceof KubectlYamlError)) throw error;
    // not its message: that may quote what stands there, and what stands there may be secret
    const { line, column, problem, hint } = error;
    throw unreadable(`line ${line}, column ${column}: ${problem}${hint === null ? '' : ` (${hint})`}`);
  }
}
