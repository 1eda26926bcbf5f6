import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  Scalar as YamlScalar,
  visit,
} from 'yaml';
import type { Alias, Document, Node, Pair, ScalarTag, Tags, YAMLMap } from 'yaml';
import { keyOf, resolveScalar, resolveTagged, type Scalar } from './resolve-scalar.ts';
import { escapeUnprintable } from './scalar-style.ts';
import { hintAt, KubectlYamlError, type YamlProblem } from './yaml-error.ts';

/** Bounds on what is read; a text beyond them is refused before, or as soon as, it costs anything. */
export interface YamlLimits {
  /** UTF-8 bytes. */
  maxBytes?: number;
  /** Nesting of mappings and sequences, aliases followed. */
  maxDepth?: number;
  /** Values, aliases counted as often as they are used. */
  maxNodes?: number;
}

/** What YAML can say in JSON's terms. */
export type YamlValue = Scalar | YamlValue[] | { [key: string]: YamlValue };

const defaults: Required<YamlLimits> = { maxBytes: 1_048_576, maxDepth: 100, maxNodes: 20_000 };

/** One reading of one text: knows where it is, and how much of the budget is left. */
class Reader {
  private readonly text: string;
  private readonly lines: LineCounter;
  private readonly limits: Required<YamlLimits>;
  private nodes = 0;
  private document: Document | null = null;
  private targets: Map<Alias, Node> | null = null;

  constructor(text: string, lines: LineCounter, limits: Required<YamlLimits>) {
    this.text = text;
    this.lines = lines;
    this.limits = limits;
  }

  fail(problem: YamlProblem, detail: string, offset: number): never {
    const { line, col } = this.lines.linePos(offset);
    throw new KubectlYamlError(problem, detail, line || 1, col || 1, hintAt(this.text, line || 1));
  }

  read(document: Document): YamlValue {
    this.document = document;
    this.targets = null;
    const [error] = document.errors;
    if (error?.code === 'RESOURCE_EXHAUSTION') this.fail('tooDeep', 'nested too deeply', error.pos[0]);
    if (error !== undefined) this.fail('syntax', error.message, error.pos[0]);
    return this.value(document.contents as Node | null, 0);
  }

  private value(node: Node | null, depth: number): YamlValue {
    this.spend(node, depth);
    if (node === null) return null;
    if (isAlias(node)) return this.value(this.target(node), depth + 1);
    if (isMap(node)) return this.mapping(node, depth);
    if (isSeq(node)) return node.items.map((item) => this.value(item as Node | null, depth + 1));
    return this.scalar(node as YamlScalar);
  }

  /** Every step that an alias can make the reader take again is paid for. */
  private spend(node: Node | null, depth: number): void {
    const offset = node?.range?.[0] ?? 0;
    this.nodes += 1;
    if (this.nodes > this.limits.maxNodes) this.fail('tooManyNodes', 'too many values', offset);
    if (depth > this.limits.maxDepth) this.fail('tooDeep', 'nested too deeply', offset);
  }

  private target(alias: Alias): Node {
    this.targets ??= targetsOf(this.document as Document);
    const node = this.targets.get(alias);
    if (node === undefined)
      this.fail('unknownAlias', `unknown anchor ${alias.source}`, alias.range?.[0] ?? 0);
    return node;
  }

  private resolve(node: YamlScalar): Scalar {
    const value = scalarOf(node);
    if (value === undefined) this.fail('badScalar', `this is no ${node.tag}`, node.range?.[0] ?? 0);
    return value;
  }

  private scalar(node: YamlScalar): Scalar {
    const value = this.resolve(node);
    if (typeof value === 'number' && !Number.isFinite(value)) {
      this.fail('badScalar', `${String(node.source)} is no number JSON can hold`, node.range?.[0] ?? 0);
    }
    return value;
  }

  private mapping(map: YAMLMap, depth: number): YamlValue {
    const object: { [key: string]: YamlValue } = {};
    const written = new Set<string>();
    for (const pair of map.items as Pair<Node | null, Node | null>[]) {
      if (isMergeKey(pair.key)) {
        this.merge(object, pair.value, depth);
        continue;
      }
      const offset = pair.key?.range?.[0] ?? 0;
      const key = this.key(pair.key, offset);
      if (written.has(key)) this.fail('duplicateKey', `the key ${key} is there twice`, offset);
      written.add(key);
      define(object, key, this.value(pair.value, depth + 1));
    }
    return object;
  }

  private key(node: Node | null, offset: number): string {
    const target = isAlias(node) ? this.target(node) : node;
    if (isScalar(target)) this.resolve(target);
    const key = keyOfNode(target);
    if (key === undefined) this.fail('badKey', 'this cannot be a key', offset);
    return key;
  }

  /** go-yaml 2 writes merged keys where `<<` stands: over what came before, under what comes after. */
  private merge(into: { [key: string]: YamlValue }, node: Node | null, depth: number): void {
    this.spend(node, depth);
    const source = isAlias(node) ? this.target(node) : node;
    if (isSeq(source)) {
      for (const item of source.items.toReversed()) this.merge(into, item as Node | null, depth + 1);
      return;
    }
    if (!isMap(source)) this.fail('badMerge', '<< wants a mapping', node?.range?.[0] ?? 0);
    const merged = this.value(source, depth + 1) as { [key: string]: YamlValue };
    for (const [key, value] of Object.entries(merged)) define(into, key, value);
  }
}

/** What a scalar becomes to kubectl; undefined where it does not fit its own tag. */
function scalarOf(node: YamlScalar): Scalar | undefined {
  const text = String(node.value ?? '');
  if (node.tag !== undefined) return resolveTagged(node.tag, text);
  return node.type === YamlScalar.PLAIN ? resolveScalar(text) : text;
}

/** What a mapping's key becomes to kubectl, aliases aside; undefined where it refuses it. */
export function keyOfNode(node: unknown): string | undefined {
  if (!isScalar(node)) return undefined;
  const value = scalarOf(node);
  return value === undefined ? undefined : keyOf(value, String(node.value));
}

/**
 * What each alias stands for: the last node before it with its anchor. In one walk, since `Alias.resolve` walks the
 * whole document for each of them.
 */
function targetsOf(document: Document): Map<Alias, Node> {
  const anchored = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node: (_key, node) => {
      if (isAlias(node)) {
        const target = anchored.get(node.source);
        if (target !== undefined) targets.set(node, target);
      } else if (node.anchor !== undefined) anchored.set(node.anchor, node);
    },
  });
  return targets;
}

/** Whether a key merges another mapping in (`<<`). */
export function isMergeKey(key: unknown): boolean {
  return isScalar(key) && key.type === YamlScalar.PLAIN && key.value === '<<';
}

/** `__proto__` is a key like any other. */
function define(object: { [key: string]: YamlValue }, key: string, value: YamlValue): void {
  if (key === '__proto__') {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  } else {
    object[key] = value;
  }
}

/** Whatever makes a value makes one of these; counting them costs next to nothing, parsing them does not. */
function roughNodes(text: string): number {
  let count = 1;
  for (const _sign of text.matchAll(/[\n,[{]|[-?] (?=\S)/g)) count += 1;
  return count;
}

const isTextTag = (tag: Tags[number]): tag is ScalarTag =>
  typeof tag === 'object' && tag.tag === 'tag:yaml.org,2002:str';

/** `yaml` writes double quotes as JSON has them: go-yaml refuses some of that, and reads some otherwise. */
function writeText(tag: ScalarTag): NonNullable<ScalarTag['stringify']> {
  return (...how) => {
    const text = tag.stringify?.(...how) ?? '';
    return text.startsWith('"') ? escapeUnprintable(text) : text;
  };
}

function parse(text: string, lines: LineCounter): Document[] {
  // duplicate keys are found by the reader: it knows what kubectl makes of a key
  return parseAllDocuments(text, {
    schema: 'failsafe',
    version: '1.1',
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: false,
    customTags: (tags) => tags.map((tag) => (isTextTag(tag) ? { ...tag, stringify: writeText(tag) } : tag)),
  }) as unknown as Document[];
}

/** One document of a text, and the nodes it was read from: positions, comments. */
export interface KubectlDocument {
  value: YamlValue;
  document: Document;
}

/** As `readKubectlYaml`, with the nodes. */
export function readKubectlDocuments(text: string, limits: YamlLimits = {}): KubectlDocument[] {
  const bounds = { ...defaults, ...limits };
  if (text.length > bounds.maxBytes || new TextEncoder().encode(text).length > bounds.maxBytes) {
    throw new KubectlYamlError('tooLarge', `larger than ${bounds.maxBytes} bytes`, 1, 1);
  }
  if (roughNodes(text) > bounds.maxNodes * 2)
    throw new KubectlYamlError('tooManyNodes', 'too many values', 1, 1);
  const lines = new LineCounter();
  const documents = parse(text, lines);
  const reader = new Reader(text, lines, bounds);
  const separator = /^---(?:[^\s]|[ \t]+[^\s#])/m.exec(text);
  if (separator !== null) reader.fail('badSeparator', 'only a comment may follow ---', separator.index);
  return documents
    .map((document) => ({ value: reader.read(document), document }))
    .filter(({ value }) => value !== null);
}

/** What a document says after its nodes were changed. Throws `KubectlYamlError`, without a place. */
export function readKubectlDocument(document: Document, limits: YamlLimits = {}): YamlValue {
  return new Reader('', new LineCounter(), { ...defaults, ...limits }).read(document);
}

/**
 * Reads YAML as `kubectl apply -f` does (`sigs.k8s.io/yaml` on go-yaml 2), stricter where kubectl loses data: a
 * duplicate key is an error. Documents are separated by `---`, empty ones are left out. Throws `KubectlYamlError`.
 */
export function readKubectlYaml(text: string, limits: YamlLimits = {}): YamlValue[] {
  return readKubectlDocuments(text, limits).map(({ value }) => value);
}
