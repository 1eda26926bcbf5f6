import { isMap, isSeq, Pair, YAMLMap, YAMLSeq, type Document, type Node } from 'yaml';
import type { PlainPath } from '../merge/path.ts';
import { isRecord, ownValue, sameValue } from '../merge/values.ts';
import {
  readKubectlDocument,
  readKubectlDocuments,
  type YamlLimits,
  type YamlValue,
} from '../yaml/read-kubectl-yaml.ts';
import { expandAliases } from './expand-aliases.ts';
import { keyNode, nodeOf, pairAt } from './yaml-node.ts';

/** Objects of a cluster may have 1.5 MB, and more as text. */
const limits: YamlLimits = { maxBytes: 8 * 1024 * 1024, maxNodes: 150_000 };

/** Why a text is not one object. */
export type NotOneObject = 'noDocument' | 'manyDocuments' | 'notAnObject';
export class NotOneObjectError extends Error {
  override name = 'NotOneObjectError';
  readonly problem: NotOneObject;
  constructor(problem: NotOneObject) {
    super(problem);
    this.problem = problem;
  }
}

/**
 * One object as a YAML text that is edited by path: comments, order and styles of what is not touched stay. Values are
 * those kubectl reads.
 */
export class ObjectDocument {
  readonly #document: Document;
  #value: YamlValue;
  /** Mappings that were made to hold a value: they go when it goes. */
  readonly #implied = new WeakSet<Node>();
  #isExpanded = false;

  private constructor(document: Document, value: YamlValue) {
    this.#document = document;
    this.#value = value;
  }

  /** Throws `KubectlYamlError`, or `NotOneObjectError` where the text does not hold exactly one mapping. */
  static read(text: string): ObjectDocument {
    const [only, ...others] = readKubectlDocuments(text, limits);
    if (only === undefined) throw new NotOneObjectError('noDocument');
    if (others.length > 0) throw new NotOneObjectError('manyDocuments');
    if (!isRecord(only.value)) throw new NotOneObjectError('notAnObject');
    return new ObjectDocument(only.document, only.value);
  }

  /** The object; never changed in place. */
  get value(): YamlValue {
    return this.#value;
  }

  get text(): string {
    return this.#document.toString({
      lineWidth: 0,
      indentSeq: false,
      flowCollectionPadding: false,
      // no new line inside of quotes that the value does not have
      doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
    });
  }

  /** Writes a value; what is missing above it is made. An undefined value is removed. */
  set(path: PlainPath, value: unknown): void {
    if (value === undefined) return this.remove(path);
    this.#change(() => this.#put(path, value));
  }

  /** Takes a field or list item away, and what was made only to hold it. */
  remove(path: PlainPath): void {
    this.#change(() => {
      const parents = this.#nodesAlong(path);
      for (let depth = path.length - 1; depth >= 0; depth -= 1) {
        const parent = parents[depth];
        const step = path[depth];
        if (isSeq(parent) && typeof step === 'number') parent.items.splice(step, 1);
        else if (isMap(parent))
          parent.items = parent.items.filter((pair) => pair !== pairAt(parent, String(step)));
        if (depth === 0 || !isEmpty(parent) || !this.#implied.has(parent as Node)) break;
      }
    });
  }

  /** Puts an item into a list, at the end unless said otherwise; a list that is not there is made. */
  insert(path: PlainPath, value: unknown, index?: number): void {
    this.#change(() => {
      const isThere = isSeq(this.#nodesAlong(path).at(-1));
      if (!isThere) this.#put(path, []);
      const list = this.#nodesAlong(path).at(-1);
      if (!isSeq(list)) return;
      if (!isThere) this.#implied.add(list);
      list.items.splice(index ?? list.items.length, 0, nodeOf(value));
    });
  }

  /** Moves an item of a list, with its comments. */
  move(path: PlainPath, from: number, to: number): void {
    this.#change(() => {
      const list = this.#nodesAlong(path).at(-1);
      if (!isSeq(list) || list.items[from] === undefined) return;
      const [item] = list.items.splice(from, 1);
      list.items.splice(to, 0, item);
    });
  }

  /** Gives a key of a map another name; it keeps its place. Does nothing where the new name is taken. */
  rename(path: PlainPath, from: string, to: string): void {
    this.#change(() => {
      const map = this.#nodesAlong(path).at(-1);
      const pair = pairAt(map, from);
      if (pair === undefined || pairAt(map, to) !== undefined) return;
      pair.key = withComments(pair.key, keyNode(to));
    });
  }

  /** Makes it say `target`: only what differs is written, so that comments stay where their values do. */
  assign(target: YamlValue): void {
    this.#change(() => this.#assign([], this.#value, target));
  }

  #change(write: () => void): void {
    if (!this.#isExpanded) expandAliases(this.#document);
    this.#isExpanded = true;
    write();
    this.#value = readKubectlDocument(this.#document, limits);
  }

  /** The nodes from the root to the path's end; undefined from where it leads nowhere. */
  #nodesAlong(path: PlainPath): (Node | null | undefined)[] {
    const nodes: (Node | null | undefined)[] = [this.#document.contents as Node | null];
    for (const step of path) nodes.push(childOf(nodes.at(-1), step));
    return nodes;
  }

  #put(path: PlainPath, value: unknown): void {
    if (path.length === 0) {
      this.#document.contents = nodeOf(value) as never;
      return;
    }
    let parent = this.#document.contents as Node | null;
    for (const [depth, step] of path.slice(0, -1).entries()) {
      let child = childOf(parent, step) ?? null;
      const isFit = typeof path[depth + 1] === 'number' ? isSeq(child) : isMap(child);
      if (!isFit) {
        child = typeof path[depth + 1] === 'number' ? new YAMLSeq() : new YAMLMap();
        this.#implied.add(child);
        putChild(parent, step, child);
      }
      parent = child;
    }
    putChild(parent, path.at(-1) ?? '', nodeOf(value));
  }

  #assign(path: PlainPath, from: YamlValue | undefined, to: YamlValue): void {
    if (sameValue(from, to)) return;
    if (isRecord(from) && isRecord(to)) {
      for (const key of Object.keys(from)) if (ownValue(to, key) === undefined) this.#take([...path, key]);
      for (const [key, value] of Object.entries(to))
        this.#assign([...path, key], ownValue(from, key) as YamlValue | undefined, value as YamlValue);
    } else if (Array.isArray(from) && Array.isArray(to)) {
      this.#arrange(path, from, to);
    } else this.#put(path, to);
  }

  /** A list: items that are known by name, or were there before, keep their node. */
  #arrange(path: PlainPath, from: YamlValue[], to: YamlValue[]): void {
    const list = this.#nodesAlong(path).at(-1);
    if (!isSeq(list)) return this.#put(path, to);
    const left = from.map((value, index) => ({ value, node: list.items[index] }));
    const sources = to.map((value) => {
      const index = left.findIndex((each) => sameValue(each.value, value));
      const named = index >= 0 ? index : left.findIndex((each) => hasSameName(each.value, value));
      return named < 0 ? null : left.splice(named, 1)[0];
    });
    list.items = to.map((value, index) => sources[index]?.node ?? nodeOf(value));
    for (const [index, value] of to.entries()) {
      const source = sources[index];
      if (source) this.#assign([...path, index], source.value, value);
    }
  }

  #take(path: PlainPath): void {
    const map = this.#nodesAlong(path.slice(0, -1)).at(-1);
    const pair = pairAt(map, String(path.at(-1)));
    if (isMap(map)) map.items = map.items.filter((each) => each !== pair);
  }
}

function childOf(node: Node | null | undefined, step: string | number): Node | null | undefined {
  if (isSeq(node)) return typeof step === 'number' ? (node.items[step] as Node | undefined) : undefined;
  return typeof step === 'string' ? pairAt(node, step)?.value : undefined;
}

function putChild(parent: Node | null, step: string | number, child: Node): void {
  if (isSeq(parent) && typeof step === 'number') {
    parent.items[step] = withComments(parent.items[step] as Node | undefined, child);
  } else if (isMap(parent)) {
    const pair = pairAt(parent, String(step));
    if (pair !== undefined) pair.value = withComments(pair.value, child);
    else parent.items.push(new Pair(keyNode(String(step)), child));
    // an empty one is written as {}
    if (parent.flow === true && parent.items.length === 1) parent.flow = false;
  }
}

/** The comments of what stood there before go on. */
function withComments<T extends Node>(before: Node | null | undefined, node: T): T {
  if (!before) return node;
  const { comment, commentBefore, spaceBefore } = before;
  Object.assign(node, {
    ...(comment ? { comment } : {}),
    ...(commentBefore ? { commentBefore } : {}),
    ...(spaceBefore ? { spaceBefore } : {}),
  });
  return node;
}

function isEmpty(node: Node | null | undefined): boolean {
  return (isMap(node) || isSeq(node)) && node.items.length === 0;
}

function hasSameName(one: YamlValue, other: YamlValue): boolean {
  if (!isRecord(one) || !isRecord(other)) return false;
  return typeof one['name'] === 'string' && one['name'] === other['name'];
}
