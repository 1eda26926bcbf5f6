import type { Place } from '@pilothouse/kube';

/** Words somebody looks for an object by. */
export interface NameQuery {
  /**
   * How good a place matches, 0 the best; undefined where it does not. Every word is somewhere in namespace, name or
   * `context` (words about the kind and the cluster, in lower case), and one at least in the name.
   */
  rank(place: Place, context: string): number | undefined;
}

/** Reads what somebody typed; a word with a slash is (the end of) a namespace and (the beginning of) a name. */
export function nameQuery(text: string): NameQuery {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return {
    rank({ namespace = '', name }, context) {
      const low = name.toLowerCase();
      let best: number | undefined;
      for (const word of words) {
        const inName = rankIn(low, namespace, word);
        if (inName === undefined && !namespace.includes(word) && !context.includes(word)) return undefined;
        if (inName !== undefined && (best === undefined || inName < best)) best = inName;
      }
      return best;
    },
  };
}

/** The name itself, its beginning, the beginning of a part of it, somewhere in it. */
function rankIn(name: string, namespace: string, word: string): number | undefined {
  const slash = word.indexOf('/');
  if (slash >= 0) {
    if (!namespace.endsWith(word.slice(0, slash))) return undefined;
    return rankIn(name, namespace, word.slice(slash + 1));
  }
  const at = name.indexOf(word);
  if (at < 0) return undefined;
  if (at === 0) return name.length === word.length ? 0 : 1;
  return /[-.:]/.test(name[at - 1] ?? '') ? 2 : 3;
}
