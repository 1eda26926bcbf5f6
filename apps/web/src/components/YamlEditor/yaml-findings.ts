import {
  checkObject,
  expectedBy,
  headProblem,
  KubectlYamlError,
  rangeOf,
  readKubectlDocuments,
  valueAt,
  type KubectlDocument,
  type PlainPath,
  type SchemaNode,
  type SchemaProblem,
  type TextRange,
  type YamlExpectation,
  type YamlHint,
  type YamlProblem,
  type HeadProblem,
} from '@pilothouse/kinds';
import { wholeLine } from './text-help.ts';

/** Finds the schema of a kind in the cluster's own OpenAPI; null where it has none. */
export type SchemaLookup = (apiVersion: string, kind: string) => Promise<SchemaNode | null>;

/** What the cluster said of a field of the text's one object (null is the whole of it), or what is to be told of a line, from 1. */
export type ServerProblem = { message: string } & ({ path: PlainPath | null } | { line: number });

/** Something wrong at a place of a text. */
export type YamlFinding = TextRange &
  (
    | {
        code: 'yaml';
        problem: YamlProblem;
        hint: YamlHint | 'missingColon' | null;
        expected: YamlExpectation | null;
        detail: string;
      }
    | { code: 'head'; problem: HeadProblem }
    | { code: 'schema'; problem: SchemaProblem; hint: 'fullWidthColon' | null }
    | { code: 'server' | 'told'; message: string }
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
    const head = headFinding(document);
    if (head !== null) findings.push({ code: 'head', ...head });
    else findings.push(...(await schemaFindings(text, document, options.schemas)));
  }
  for (const { message, ...place } of options.server ?? []) {
    const [document] = documents;
    if ('line' in place) findings.push({ code: 'told', message, ...wholeLine(text, place.line) });
    else if (document !== undefined)
      findings.push({ code: 'server', message, ...firstLine(text, rangeOf(document, place.path ?? [])) });
  }
  return findings.toSorted((a, b) => a.from - b.from);
}

/** What kubectl could not read. */
export function yamlFinding(text: string, error: KubectlYamlError): YamlFinding {
  const { problem, hint, line, column, message } = error;
  const { from: start, to } = wholeLine(text, line);
  const from = Math.min(start + column - 1, to);
  const detail = message.replace(/^line \d+, column \d+: /, '');
  const cause = hint ?? (/^Implicit (map )?keys need/.test(detail) ? 'missingColon' : null);
  return { code: 'yaml', problem, hint: cause, expected: expectedBy(error), detail, from, to };
}

function headFinding(document: KubectlDocument): ({ problem: HeadProblem } & TextRange) | null {
  const found = headProblem(document.value);
  if (found === null) return null;
  const { problem, path } = found;
  const range = rangeOf(document, path);
  return { problem, ...(path.length === 0 ? { from: range.from, to: range.from } : range) };
}

async function schemaFindings(
  text: string,
  document: KubectlDocument,
  schemas: SchemaLookup | undefined,
): Promise<YamlFinding[]> {
  const { apiVersion, kind } = document.value as { apiVersion: unknown; kind: unknown };
  if (schemas === undefined || typeof apiVersion !== 'string' || typeof kind !== 'string') return [];
  const schema = await schemas(apiVersion, kind);
  if (schema === null) return [];
  return checkObject(schema, document.value).map((problem) => {
    const range = rangeOf(document, problem.path);
    const colon = fullWidthColon(text, valueAt(document.value, problem.path), range.from);
    return { code: 'schema', problem, ...(colon ?? range), hint: colon === null ? null : 'fullWidthColon' };
  });
}

/** Its line, where a text stands for a mapping because of such a colon: `replicas：3` is one word to YAML. */
function fullWidthColon(text: string, value: unknown, from: number): TextRange | null {
  if (typeof value !== 'string' || !/^[\w./-]+：/.test(value)) return null;
  const at = text.indexOf('：', from);
  if (at < 0) return null;
  const start = text.lastIndexOf('\n', at) + 1;
  return firstLine(text, { from: start + text.slice(start).search(/\S/), to: text.length });
}

/** A list item can be a page long: its first line is enough. */
function firstLine(text: string, { from, to }: TextRange): TextRange {
  const end = text.indexOf('\n', from);
  return { from, to: end < 0 ? to : Math.min(to, end) };
}
