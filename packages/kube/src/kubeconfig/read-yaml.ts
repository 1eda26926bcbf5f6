import { KubectlYamlError, readKubectlYaml } from '@pilothouse/kinds';
import { unreadable } from './kubeconfig-error.ts';

/** Values of some two hundred contexts. */
const mostValues = 3000;
const wayOut = 'keep the context you need, with kubectl config view --raw --flatten --minify';

/** The one document of a kubeconfig as plain data, bounded. Throws KubeconfigError `kubeconfigUnreadable`. */
export function readYaml(text: string, maxBytes: number): unknown {
  try {
    const [document, ...others] = readKubectlYaml(text, { maxNodes: mostValues, maxBytes });
    if (others.length > 0) throw unreadable('it has several documents');
    return document;
  } catch (error) {
    if (!(error instanceof KubectlYamlError)) throw error;
    // not its message: that may quote what stands there, and what stands there may be secret
    const { line, column, problem, hint } = error;
    if (problem === 'tooLarge') throw unreadable(`it is larger than ${maxBytes} bytes; ${wayOut}`);
    if (problem === 'tooManyNodes') throw unreadable(`it has more than ${mostValues} values; ${wayOut}`);
    throw unreadable(`line ${line}, column ${column}: ${problem}${hint === null ? '' : ` (${hint})`}`);
  }
}
