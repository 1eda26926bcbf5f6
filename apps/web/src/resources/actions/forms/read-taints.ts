import { isLabelValue, isQualifiedName, taintEffects } from '@pilothouse/contract';
import {
  isRecord,
  KubectlYamlError,
  rangeOf,
  readKubectlDocuments,
  type PlainPath,
  type TextRange,
} from '@pilothouse/kinds';
import { nearest, wholeLine } from '../../../components/YamlEditor/text-help.ts';

/** A taint as a form or a text has it. */
export interface WrittenTaint {
  key: string;
  value: string;
  effect: string;
}

/** Something wrong in a list of taints; words: `actions.taint.yaml.<code>`. */
export type TaintsProblem = TextRange & { code: string; params: Record<string, string | number> };

const fields = ['key', 'value', 'effect', 'timeAdded'];

/** Reads a YAML list of taints; where something is wrong, `taints` is null. */
export function readTaints(text: string): {
  taints: WrittenTaint[] | null;
  problems: (TaintsProblem | KubectlYamlError)[];
} {
  const problems: TaintsProblem[] = [];
  let documents: ReturnType<typeof readKubectlDocuments>;
  try {
    documents = readKubectlDocuments(text);
  } catch (error) {
    if (!(error instanceof KubectlYamlError)) throw error;
    return { taints: null, problems: [(error.hint === null ? indentation(text) : null) ?? error] };
  }
  const [document] = documents;
  if (document === undefined) return { taints: [], problems: [] };
  const tell = (path: PlainPath, code: string, params: TaintsProblem['params'] = {}) => {
    const { from, to } = rangeOf(document, path);
    const end = text.indexOf('\n', from);
    problems.push({ code, params, from, to: end < 0 ? to : Math.min(to, end) });
  };
  if (documents.length > 1) tell([], 'oneList');
  if (!Array.isArray(document.value)) {
    const odd = indentation(text);
    if (odd !== null && /^\s*-/m.test(text)) problems.push(odd);
    else tell([], isRecord(document.value) && 'key' in document.value ? 'noDash' : 'noList');
    return { taints: null, problems };
  }
  const seen = new Map<string, number>();
  const taints = document.value.map((item, index) => {
    const taint = taintOf(item, (field, code, params) =>
      tell(field === null ? [index] : [index, field], code, params),
    );
    const identity = `${taint.key}:${taint.effect}`;
    const first = seen.get(identity);
    if (first === undefined) seen.set(identity, index);
    else if (taint.key !== '') tell([index, 'key'], 'twice', { taint: identity });
    return taint;
  });
  return {
    taints: problems.length === 0 ? taints : null,
    problems: problems.toSorted((a, b) => a.from - b.from),
  };
}

type Tell = (field: string | null, code: string, params?: TaintsProblem['params']) => void;

function taintOf(item: unknown, tell: Tell): WrittenTaint {
  if (!isRecord(item)) {
    tell(null, 'noTaint');
    return { key: '', value: '', effect: '' };
  }
  const known = item as Record<string, unknown>;
  for (const field of Object.keys(known))
    if (!fields.includes(field))
      tell(field, 'unknownField', {
        field,
        near: nearest(field, fields).join(', ') || fields.slice(0, 3).join(', '),
      });
  const textOf = (field: string): string | null => {
    const value = known[field];
    if (value === undefined || value === null) return '';
    if (typeof value === 'string') return value;
    tell(field, isRecord(value) || Array.isArray(value) ? 'noText' : 'quoted', { field });
    return null;
  };
  const [key, value, effect] = [textOf('key'), textOf('value'), textOf('effect')];
  if (key === '') tell(null, 'missing', { field: 'key' });
  else if (key !== null && !isQualifiedName(key)) tell('key', 'badKey');
  if (value !== null && !isLabelValue(value)) tell('value', 'badValue');
  if (effect === '') tell(null, 'missing', { field: 'effect' });
  else if (effect !== null && !taintEffects.some((each) => each === effect)) {
    const [meant] = nearest(effect, taintEffects);
    tell('effect', meant === undefined ? 'badEffect' : 'nearEffect', {
      effect,
      meant: meant ?? '',
      known: taintEffects.join(', '),
    });
  }
  return { key: key ?? '', value: value ?? '', effect: effect ?? '' };
}

/** The first line of a list of flat mappings that is not where it should be. */
function indentation(text: string): TaintsProblem | null {
  let dash: number | null = null;
  let keys: number | null = null;
  for (const [index, line] of text.split('\n').entries()) {
    const parts = /^( *)(- *)?(?=[^\s#-])/.exec(line);
    if (parts === null) continue;
    const found = parts[1]?.length ?? 0;
    const isItem = parts[2] !== undefined;
    const wanted: number | null = isItem ? dash : keys;
    const range = wholeLine(text, index + 1);
    if (wanted === null && !isItem) return null;
    if (wanted !== null && found !== wanted)
      return { code: isItem ? 'dashIndent' : 'keyIndent', params: { found, wanted }, ...range };
    if (isItem) {
      if (parts[2] === '-') return { code: 'dashSpace', params: {}, ...range };
      dash = found;
      keys = found + (parts[2]?.length ?? 0);
    }
  }
  return null;
}
