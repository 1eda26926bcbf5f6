import { expectedBy, KubectlYamlError, readKubectlYaml, type YamlExpectation } from '@pilothouse/kinds';
import { unreadable } from './kubeconfig-error.ts';

/** Values of some two hundred contexts. */
const mostValues = 3000;

const expectedTexts: Record<YamlExpectation, string> = {
  closingBrace: 'a { further up is not closed: a } is missing, or the line is not indented',
  closingBracket: 'a [ further up is not closed: a ] is missing, or the line is not indented',
  closingQuote: 'a quote further up is not closed',
  colon: 'a key with a colon and a space behind it was expected',
  comma: 'a comma was expected',
  sameColumn: 'the line should begin at the same column as those beside it',
  ownLine:
    'there are two colons in one line: the second key belongs into a line of its own, or the value into quotes',
  quotes: 'a value that begins like this needs quotes',
  uniqueKey: 'the key is written twice',
};

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
    const expected = expectedBy(error);
    throw unreadable('notYaml', {
      ...place,
      detail: expected === null ? (hint ?? problem) : expectedTexts[expected],
      ...(expected !== null && { expected }),
      ...(hint !== null && { hint }),
    });
  }
}
