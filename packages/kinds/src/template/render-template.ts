import { isMap, isScalar, isSeq, Scalar, type Node, type Pair } from 'yaml';
import { expandAliases } from '../document/expand-aliases.ts';
import { headProblem } from '../document/head-problem.ts';
import { nodeOf } from '../document/yaml-node.ts';
import { rangeOf } from '../document/range-of.ts';
import type { KubernetesObject } from '../kind.ts';
import { isRecord } from '../merge/values.ts';
import {
  readKubectlDocument,
  readKubectlDocuments,
  type KubectlDocument,
  type YamlLimits,
  type YamlValue,
} from '../yaml/read-kubectl-yaml.ts';
import { writeKubectlYaml } from '../yaml/write-kubectl-yaml.ts';
import { KubectlYamlError } from '../yaml/yaml-error.ts';
import { TemplateError, type TemplateNotice, type TemplateProblem } from './template-error.ts';
import type { TemplateValue, TemplateVariable } from './template-variable.ts';

export interface RenderedTemplate {
  /** What the template's documents have become, in their order. */
  documents: YamlValue[];
  /** The same as kubectl writes it. */
  text: string;
}

/** As much as is read in a few dozen milliseconds. */
export const templateLimits = { maxBytes: 131_072, maxNodes: 10_000 } satisfies YamlLimits;

/** What is replaced by nothing at all. */
const gone = Symbol('gone');
type Filled = Node | null | typeof gone;
type Variables = ReadonlyMap<string, Pick<TemplateVariable, 'type'>>;

/** `${name}`, or with a second dollar sign what is to stay `${name}`. */
const placeholder = /(\$?)\$\{([A-Za-z][A-Za-z0-9_]*)\}/g;
const wholePlaceholder = /^\$\{([A-Za-z][A-Za-z0-9_]*)\}$/;

/**
 * What is wrong with a template, and what may be meant otherwise; for whoever writes it. Placeholders of variables that
 * are not declared are text.
 */
export function checkTemplate(
  text: string,
  variables: readonly Pick<TemplateVariable, 'name' | 'type'>[],
): { problems: TemplateProblem[]; notices: TemplateNotice[] } {
  try {
    const check = new TemplateWalk(text, new Map(variables.map((each) => [each.name, each])), null);
    check.run();
    return { problems: check.problems, notices: check.notices };
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return { problems: [error.problem], notices: [] };
  }
}

/**
 * Puts values for the placeholders `${name}` of declared variables; `$${name}` becomes the text `${name}`. Placeholders
 * are replaced inside of scalars that have been read, never in the text, so no value adds a key, an item or a document.
 * - A placeholder that is the whole of a plain scalar becomes its value, a number or a boolean too; without a value its
 *   field or item is left out.
 * - Within quotes, a block or other text it becomes text.
 *
 * Throws {@link TemplateError} where the template has a problem.
 */
export function renderTemplate(
  text: string,
  variables: readonly Pick<TemplateVariable, 'name' | 'type'>[],
  values: ReadonlyMap<string, TemplateValue>,
): RenderedTemplate {
  const walk = new TemplateWalk(text, new Map(variables.map((each) => [each.name, each])), values);
  const documents = walk.run();
  const [problem] = walk.problems;
  if (problem !== undefined) throw new TemplateError(problem);
  return {
    documents,
    text: documents.map((document) => writeKubectlYaml(document as KubernetesObject)).join('---\n'),
  };
}

/** One reading of a template, with values or for its problems only. */
class TemplateWalk {
  readonly problems: TemplateProblem[] = [];
  readonly notices: TemplateNotice[] = [];
  readonly #text: string;
  readonly #variables: Variables;
  readonly #values: ReadonlyMap<string, TemplateValue> | null;
  readonly #used = new Set<string>();
  readonly #undeclared = new Set<string>();

  constructor(text: string, variables: Variables, values: ReadonlyMap<string, TemplateValue> | null) {
    this.#text = text;
    this.#variables = variables;
    this.#values = values;
  }

  run(): YamlValue[] {
    const documents = this.#read();
    if (documents.length === 0) throw new TemplateError({ problem: 'empty', line: 1 });
    const filled = documents.map((document) => {
      const head = headProblem(document.value);
      if (head !== null) {
        const line = this.#lineAt(rangeOf(document, head.path).from);
        this.problems.push({ problem: 'head', head: head.problem, line });
      }
      const whole = document.document;
      expandAliases(whole);
      const contents = this.#fill(whole.contents as Node | null, []);
      whole.contents = (contents === gone ? null : contents) as typeof whole.contents;
      return this.#values === null ? null : this.#readFilled(document);
    });
    for (const variable of this.#variables.keys())
      if (!this.#used.has(variable)) this.notices.push({ notice: 'unused', variable, line: null });
    return filled;
  }

  #read(): KubectlDocument[] {
    try {
      return readKubectlDocuments(this.#text, templateLimits);
    } catch (error) {
      throw this.#unreadable(error);
    }
  }

  #readFilled({ document }: KubectlDocument): YamlValue {
    try {
      return readKubectlDocument(document);
    } catch (error) {
      throw this.#unreadable(error);
    }
  }

  #unreadable(error: unknown): unknown {
    if (!(error instanceof KubectlYamlError)) return error;
    const { problem: yaml, hint, line, message } = error;
    const written = this.#text.split('\n')[line - 1] ?? '';
    if (yaml === 'syntax' && /[[{,]\s*([^'",]*:\s*)?[^\s'",]*\$\{/.test(written))
      return new TemplateError({ problem: 'flow', line });
    const detail = message.replace(/^line \d+, column \d+: /, '');
    return new TemplateError({ problem: 'unreadable', yaml, hint, detail, line });
  }

  #fill(node: Node | null, path: readonly string[]): Filled {
    if (isMap(node)) {
      const pairs = node.items as Pair<Node, Node | null>[];
      node.items = pairs.filter((pair) => this.#fillPair(pair, path)) as typeof node.items;
    } else if (isSeq(node)) {
      const filled = node.items.map((item) => this.#fill(item as Node | null, path));
      node.items = filled.filter((item) => item !== gone);
    } else if (isScalar(node) && typeof node.value === 'string') {
      return this.#fillScalar(node as Scalar<string>, path);
    }
    return node;
  }

  #fillPair(pair: Pair<Node, Node | null>, path: readonly string[]): boolean {
    const { key } = pair;
    if (isScalar(key) && typeof key.value === 'string') this.#fillKey(key as Scalar<string>);
    const name = isScalar(key) ? String(key.value) : '';
    const value = this.#fill(pair.value, [...path, name]);
    if (value === gone) return false;
    pair.value = value;
    return true;
  }

  #fillKey(key: Scalar<string>): void {
    const text = key.value.replaceAll(placeholder, (found, escape: string, name: string) => {
      if (!this.#variables.has(name)) return found;
      if (escape !== '') return found.slice(1);
      this.#used.add(name);
      this.problems.push({ problem: 'inKey', variable: name, line: this.#lineOf(key) });
      return found;
    });
    if (text === key.value) return;
    key.value = text;
    key.type = Scalar.QUOTE_DOUBLE;
  }

  #fillScalar(node: Scalar<string>, path: readonly string[]): Filled {
    this.#note(node, path);
    const isPlain = node.type === Scalar.PLAIN && node.tag === undefined;
    const [, name = ''] = wholePlaceholder.exec(node.value) ?? [];
    if (isPlain && this.#variables.has(name)) {
      if (this.#values === null) return node;
      const value = this.#values.get(name);
      if (value === undefined) return gone;
      return nodeOf(value);
    }
    const text = node.value.replaceAll(placeholder, (found, escape: string, variable: string) => {
      if (!this.#variables.has(variable)) return found;
      if (escape !== '') return found.slice(1);
      return String(this.#values?.get(variable) ?? '');
    });
    if (text === node.value) return node;
    node.value = text;
    if (isPlain) node.type = Scalar.QUOTE_DOUBLE;
    return node;
  }

  /** What is to be said of a scalar as it is written. */
  #note(node: Scalar<string>, path: readonly string[]): void {
    for (const [, escape, name = ''] of node.value.matchAll(placeholder)) {
      if (escape !== '') continue;
      const variable = this.#variables.get(name);
      if (variable === undefined) {
        if (this.#undeclared.has(name)) continue;
        this.#undeclared.add(name);
        this.notices.push({ notice: 'undeclared', variable: name, line: this.#lineOf(node) });
        continue;
      }
      this.#used.add(name);
      if (variable.type === 'secret' && isHead(path))
        this.problems.push({ problem: 'secretInHead', variable: name, line: this.#lineOf(node) });
    }
    if (/\{\{.*\}\}/.test(node.value)) this.notices.push({ notice: 'helm', line: this.#lineOf(node) });
  }

  #lineOf(node: Node): number {
    return this.#lineAt(node.range?.[0] ?? 0);
  }

  #lineAt(offset: number): number {
    return this.#text.slice(0, offset).split('\n').length;
  }
}

/** Of an object, or of one in a list: what is shown in lists, results and the audit log. */
function isHead(path: readonly string[]): boolean {
  const own = path.filter((key) => key !== 'items');
  return ['apiVersion', 'kind', 'metadata'].includes(own[0] ?? '');
}

/** The objects that rendered documents are, those of lists included. */
export function countObjects(documents: readonly YamlValue[]): number {
  return documents
    .map((value) => (isRecord(value) && Array.isArray(value['items']) ? value['items'].length : 1))
    .reduce((sum, count) => sum + count, 0);
}
