import { KubectlYamlError, readKubectlYaml } from '@pilothouse/kinds';
import { unreadable } from './kubeconfig-error.ts';

/** Values of some two hundred contexts. */
const mostValues = 3000;

/** The one document of a kubeconfig as plain data, bounded. Throws KubeconfigError `kubeconfigUnreadable`. */
export function readYaml(text: string, maxBytes: number): unknown {
  if (text.trim() === '') throw unreadable('empty');
  try {
    const [document, ...others] = readKubectlYaml(text, { maxNodes: mostValues, maxBytes });
    if (others.length > 0) throw unreadable('severalDocuments');
    if (document === undefined || document === null) throw unreadable('empty');
    return document;
  } catch (error) {
    if (!(error instanceof KubectlYamlError)) throw error;
    // not its message: that may quote what stands there, and what stands there may be secret
    const { problem, hint } = error;
    const place = { line: String(error.line), column: String(error.column) };
    const most = String(mostValues);
    if (problem === 'tooLarge') throw unreadable('tooLarge', { bytes: String(maxBytes) });
    if (problem === 'tooManyNodes') {
      const hasAliases = /(^|[\s[{,:-])\*[^\s*]/m.test(text);
      throw hasAliases ? unreadable('aliases', { ...place, most }) : unreadable('tooManyValues', { most });
    }
    if (problem === 'tooDeep' || problem === 'unknownAlias') throw unreadable(problem, place);
    throw unreadable('notYaml', { ...place, problem: hint === null ? problem : `${problem} (${hint})` });
  }
}
