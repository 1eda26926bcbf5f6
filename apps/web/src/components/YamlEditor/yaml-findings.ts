import {
  checkObject,
  isRecord,
  KubectlYamlError,
  rangeOf,
  readKubectlDocuments,
  type KubectlDocument,
  type PlainPath,
  type SchemaNode,
  type SchemaProblem,
  type TextRange,
  type YamlHint,
  type YamlProblem,
} from '@pilothouse/kinds';

/** Finds the schema of a kind in the cluster's own OpenAPI; null where it has none. */
export type SchemaLookup = (apiVersion: string, kind: string) => Promise<SchemaNode | null>;

/** What the server said of a field; a path of null is the whole object. */
export interface ServerProblem {
  path: PlainPath | null;
  message: string;
  /** Which of several documents, from 0. */
  document?: number;
}

export type HeadProblem = 'notAnObject' | 'noApiVersion' | 'noKind' | 'noMetadata' | 'noName' | 'flattened';

/** Something wrong at a place of a text. */
export type YamlFinding = TextRange &
  (
    | { code: 'yaml'; problem: YamlProblem; hint: YamlHint | 'missingColon' | null; detail: string }
    | { code: 'head'; problem: HeadProblem }
    | { code: 'schema'; problem: SchemaProblem }
    | { code: 'server'; message: string }
  );

/** As large as an object may be, written out. */
const limits = { maxBytes: 8 * 1024 * 1024, maxNodes: 150_000 };

/** What kubectl, the cluster's schema and (already) the server say against a text; in the text's order. */
export async function findProblems(
  text: string,
  options: { schemas?: SchemaLookup | undefined; server?: readonly ServerProblem[] | undefined } = {},
): Promise<YamlFinding[]> {
  let documents: KubectlDocument[];
  try {
    documents = readKubectlDocuments(text, limits);
  } catch (error) {
    if (error instanceof KubectlYamlError) return [yamlFinding(text, error)];
    throw error;
  }
  const findings: YamlFinding[] = [];
  for (const document of documents) {
    const head = headProblem(document);
    if (head !== null) findings.push({ code: 'head', ...head });
    else findings.push(...(await schemaFindings(document, options.schemas)));
  }
  for (const { path, message, document = 0 } of options.server ?? []) {
    const read = documents[document];
    if (read !== undefined)
      findings.push({ code: 'server', message, ...firstLine(text, rangeOf(read, path ?? [])) });
  }
  return findings.toSorted((a, b) => a.from - b.from);
}

function yamlFinding(text: string, { problem, hint, line, column, message }: KubectlYamlError): YamlFinding {
  let start = 0;
  for (let left = line; left > 1; left -= 1) start = text.indexOf('\n', start) + 1;
  const end = text.indexOf('\n', start);
  const to = end < 0 ? text.length : end;
  const from = Math.min(start + column - 1, to);
  const detail = message.replace(/^line \d+, column \d+: /, '');
  const cause = hint ?? (/^Implicit (map )?keys need/.test(detail) ? 'missingColon' : null);
  return { code: 'yaml', problem, hint: cause, detail, from, to };
}

function headProblem(document: KubectlDocument): ({ problem: HeadProblem } & TextRange) | null {
  const { value } = document;
  const start = rangeOf(document, []);
  const at = (problem: HeadProblem, ...path: string[]) => {
    const range = path.length === 0 ? { from: start.from, to: start.from } : rangeOf(document, path);
    return { problem, ...range };
  };
  if (!isRecord(value)) return at('notAnObject');
  const has = (key: string) => Object.hasOwn(value, key) && value[key] !== null;
  if (!has('kind')) return at('noKind');
  if (!has('apiVersion')) return at('noApiVersion', 'kind');
  if (Array.isArray(value['items'])) return null;
  const metadata = value['metadata'];
  if (!isRecord(metadata)) {
    if (has('name')) return at('flattened', 'name');
    return has('metadata') ? at('noMetadata', 'metadata') : at('noMetadata');
  }
  if (metadata['name'] || metadata['generateName']) return null;
  return has('name') ? at('flattened', 'name') : at('noName', 'metadata');
}

async function schemaFindings(
  document: KubectlDocument,
  schemas: SchemaLookup | undefined,
): Promise<YamlFinding[]> {
  const { apiVersion, kind } = document.value as { apiVersion: unknown; kind: unknown };
  if (schemas === undefined || typeof apiVersion !== 'string' || typeof kind !== 'string') return [];
  const schema = await schemas(apiVersion, kind);
  if (schema === null) return [];
  return checkObject(schema, document.value).map((problem) => ({
    code: 'schema',
    problem,
    ...rangeOf(document, problem.path),
  }));
}

/** A list item can be a page long: its first line is enough. */
function firstLine(text: string, { from, to }: TextRange): TextRange {
  const end = text.indexOf('\n', from);
  return { from, to: end < 0 ? to : Math.min(to, end) };
}
