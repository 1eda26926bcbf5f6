import {
  expectedBy,
  KubectlYamlError,
  NotOneObjectError,
  ObjectDocument,
  sameValue,
  valueAt,
  writeKubectlYaml,
  type KubernetesObject,
  type NotOneObject,
  type PlainPath,
  type YamlExpectation,
  type YamlHint,
  type YamlProblem,
} from '@pilothouse/kinds';
import { computed, markRaw, onScopeDispose, ref, shallowReactive, shallowRef, type ComputedRef } from 'vue';
import { DraftErrors } from './draft-errors.ts';

/** Why the text is no object at the moment. */
export interface DraftProblem {
  problem: YamlProblem | NotOneObject;
  hint: YamlHint | null;
  expected: YamlExpectation | null;
  line: number | null;
}

/**
 * One object being written, by fields and as text at once. What is typed as text stays as typed until a field changes
 * something; then the text is written anew, its comments kept. While the text cannot be read, fields keep what it said
 * last and change nothing.
 */
export class Draft {
  readonly errors = new DraftErrors();
  #document: ObjectDocument;
  readonly #version = ref(0);
  /** The text as typed; null after a field changed something. */
  readonly #typed = ref<string | null>(null);
  readonly #problem = shallowRef<DraftProblem | null>(null);
  readonly #initial = shallowRef<unknown>(null);
  readonly #unfinished = shallowReactive(new Set<() => boolean>());
  readonly #isChanged: ComputedRef<boolean>;
  readonly #text: ComputedRef<string>;

  /** @param object what it begins with. @param text the same as a text with comments; by default as kubectl writes it. */
  constructor(object: KubernetesObject, text: string = writeKubectlYaml(object)) {
    // private fields and proxies do not go together
    markRaw(this);
    this.#document = ObjectDocument.read(text);
    this.#typed.value = text;
    this.#initial.value = this.#document.value;
    this.#isChanged = computed(
      () => this.#problem.value !== null || !sameValue(this.object, this.#initial.value),
    );
    this.#text = computed(() => {
      void this.#version.value;
      return this.#typed.value ?? this.#document.text;
    });
  }

  /** The object as it is now; while the text cannot be read, as it was last. */
  get object(): KubernetesObject {
    void this.#version.value;
    return this.#document.value as KubernetesObject;
  }

  get text(): string {
    return this.#text.value;
  }
  set text(text: string) {
    if (text === this.text) return;
    this.#typed.value = text;
    const before = this.#document.value;
    try {
      this.#document = ObjectDocument.read(text);
      this.#problem.value = null;
    } catch (error) {
      this.#problem.value = problemOf(error);
      return;
    }
    this.#version.value += 1;
    const after = this.#document.value;
    for (const { path } of this.errors.all)
      if (path !== null && !sameValue(valueAt(before, path), valueAt(after, path))) this.errors.forget(path);
  }

  get problem(): DraftProblem | null {
    return this.#problem.value;
  }

  /** Whether there is something to lose. */
  get isChanged(): boolean {
    return this.#isChanged.value || this.isUnfinished;
  }

  get(path: PlainPath): unknown {
    return valueAt(this.object, path);
  }

  /** An undefined value removes the field. */
  set(path: PlainPath, value: unknown): void {
    if (sameValue(this.get(path), value)) return;
    this.#write((document) => document.set(path, value));
    this.errors.forget(path);
  }

  /** Removes a field, or a list item. */
  remove(path: PlainPath): void {
    const last = path.at(-1);
    this.#write((document) => document.remove(path));
    if (typeof last !== 'number') this.errors.forget(path);
    else
      this.errors.shift(path.slice(0, -1), (index) =>
        index === last ? null : index > last ? index - 1 : index,
      );
  }

  /** Puts an item into a list, at the end unless said otherwise. */
  insert(path: PlainPath, value: unknown, index?: number): void {
    this.#write((document) => document.insert(path, value, index));
    if (index !== undefined) this.errors.shift(path, (each) => (each >= index ? each + 1 : each));
    else this.errors.shift(path, (each) => each);
  }

  /** Moves a list item. */
  move(path: PlainPath, from: number, to: number): void {
    this.#write((document) => document.move(path, from, to));
    this.errors.shift(path, (index) => {
      if (index === from) return to;
      if (from < index && index <= to) return index - 1;
      return to <= index && index < from ? index + 1 : index;
    });
  }

  /** Gives a key of a map another name, where that is free. */
  rename(path: PlainPath, from: string, to: string): void {
    this.#write((document) => document.rename(path, from, to));
    this.errors.forget([...path, from]);
  }

  /** Makes it say `object`, comments kept where their values are. */
  assign(object: KubernetesObject): void {
    this.#write((document) => document.assign(object as never));
  }

  /** What it is compared with from now on. */
  startFrom(object: KubernetesObject): void {
    this.#initial.value = object;
  }

  /** Whether something typed is not in the object, since it cannot be (a map's key without a name). */
  get isUnfinished(): boolean {
    return [...this.#unfinished].some((isSo) => isSo());
  }

  /** Asks `isUnfinished` of the calling component as long as it lives. */
  watchUnfinished(isUnfinished: () => boolean): void {
    this.#unfinished.add(isUnfinished);
    onScopeDispose(() => this.#unfinished.delete(isUnfinished));
  }

  #write(change: (document: ObjectDocument) => void): void {
    if (this.#problem.value !== null) return;
    change(this.#document);
    this.#typed.value = null;
    this.#version.value += 1;
  }
}

function problemOf(error: unknown): DraftProblem {
  if (error instanceof KubectlYamlError)
    return { problem: error.problem, hint: error.hint, expected: expectedBy(error), line: error.line };
  if (error instanceof NotOneObjectError)
    return { problem: error.problem, hint: null, expected: null, line: null };
  throw error;
}
