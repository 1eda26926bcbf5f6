import {
  expectedBy,
  headProblem,
  isRecord,
  KubectlYamlError,
  parseFieldPath,
  rangeOf,
  readKubectlDocuments,
  type HeadProblem,
  type KubectlDocument,
  type YamlHint,
} from '@pilothouse/kinds';

/** One object of a text, as a thread hands it to another. */
export interface ParsedManifest {
  /** Where it begins, from 1. */
  line: number;
  /** JSON, with all digits; `{}` of what is no object. */
  json: string;
  /** Why it cannot be sent, whatever the cluster. */
  problem: { problem: HeadProblem; line: number } | null;
  lines: { apiVersion: number; kind: number; metadata: number };
}

/** Why a text is no objects; code and parameters are the contract's. */
export class ManifestTextError extends Error {
  readonly code: 'manifestUnreadable' | 'manifestEmpty' | 'manifestTooMany';
  readonly params: Record<string, string | number>;

  constructor(code: ManifestTextError['code'], params: Record<string, string | number> = {}) {
    super(code);
    this.code = code;
    this.params = params;
  }
}

/** The likely cause, for whoever has no page that says it. */
const causes: Record<YamlHint, string> = {
  tabIndent: 'a tab indents this line; YAML takes spaces',
  fullWidthColon: 'there is a full-width colon; write : and a space',
  shellPrompt: 'this looks like a line copied from a terminal',
  template: 'a placeholder is left; fill it in, or render the template first',
};
/** A text beyond that costs seconds, if on a thread of its own. */
const limits = { maxBytes: 4_000_000, maxNodes: 150_000 };
const mostManifests = 500;
const deepestList = 3;

/** Reads a text as kubectl does; lists come item by item. Throws {@link ManifestTextError}. */
export function parseManifests(text: string): ParsedManifest[] {
  return findObjects(text).map(({ value, path, places }) => {
    const head = headProblem(value);
    const lineAt = (...inside: (string | number)[]) => places.lineOf([...path, ...inside]);
    return {
      line: lineAt(),
      json: JSON.stringify(isRecord(value) ? value : {}),
      problem: head && { problem: head.problem, line: lineAt(...head.path) },
      lines: { apiVersion: lineAt('apiVersion'), kind: lineAt('kind'), metadata: lineAt('metadata') },
    };
  });
}

/** Where fields of a text's objects stand, as the apiserver names them; what is no field is where its object begins. */
export function linesOfFields(text: string, fields: readonly { index: number; field: string }[]): number[] {
  const objects = findObjects(text);
  return fields.map(({ index, field }) => {
    const object = objects[index];
    if (object === undefined) return 1;
    return object.places.lineOf([...object.path, ...(parseFieldPath(field, object.value) ?? [])]);
  });
}

interface Found {
  value: unknown;
  path: (string | number)[];
}

function findObjects(text: string): (Found & { places: Places })[] {
  const objects = readAll(text).flatMap((document) => {
    const places = new Places(text, document);
    return objectsOf(document.value, []).map((found) => ({ ...found, places }));
  });
  if (objects.length === 0) throw new ManifestTextError('manifestEmpty');
  if (objects.length > mostManifests)
    throw new ManifestTextError('manifestTooMany', { count: objects.length, most: mostManifests });
  return objects;
}

function readAll(text: string): KubectlDocument[] {
  try {
    return readKubectlDocuments(text, limits);
  } catch (error) {
    if (!(error instanceof KubectlYamlError)) throw error;
    const { line, column, problem, hint, message } = error;
    const cause = hint === null ? '' : ` (${causes[hint]})`;
    const detail = message.replace(/^line \d+, column \d+: /, '');
    const place = { line, column, problem, hint: hint ?? '', expected: expectedBy(error) ?? '' };
    throw new ManifestTextError('manifestUnreadable', { ...place, detail, cause });
  }
}

/** The objects of a document: of `kind: List`, and of a kind's own list, each item; theirs may leave out what they are. */
function objectsOf(value: unknown, path: (string | number)[]): Found[] {
  if (!isRecord(value) || path.length > deepestList * 2) return [{ value, path }];
  const { kind, apiVersion, items } = value;
  if (typeof kind !== 'string' || !kind.endsWith('List') || !Array.isArray(items)) return [{ value, path }];
  const own = kind === 'List' ? {} : { apiVersion, kind: kind.slice(0, -'List'.length) };
  return items.flatMap((item: unknown, index) =>
    objectsOf(isRecord(item) ? { ...own, ...item } : item, [...path, 'items', index]),
  );
}

/** Finds lines of fields in a document's text. */
class Places {
  readonly #text: string;
  readonly #document: KubectlDocument;

  constructor(text: string, document: KubectlDocument) {
    this.#text = text;
    this.#document = document;
  }

  lineOf(path: readonly (string | number)[]): number {
    const { from } = rangeOf(this.#document, path);
    let line = 1;
    for (let at = this.#text.indexOf('\n'); at !== -1 && at < from; at = this.#text.indexOf('\n', at + 1))
      line += 1;
    return line;
  }
}
