import { parseFieldPath, pathText, type PlainPath } from '@pilothouse/kinds';
import { computed, markRaw, reactive, shallowRef, type ComputedRef } from 'vue';

/** What the server does not accept; a path of null belongs to no field. */
export interface DraftError {
  path: PlainPath | null;
  /** The path as it was said. */
  said: string;
  /** In the language of the moment. */
  text: () => string;
}

/** What somebody said of a field, the path in the apiserver's notation. */
export interface SaidOfField {
  field: string;
  /** The cluster's words, or ours in the language of the moment. */
  message: string | (() => string);
}

const startsWith = (path: PlainPath, prefix: PlainPath) =>
  prefix.length <= path.length && prefix.every((step, index) => step === path[index]);

/**
 * Errors of a draft by path. Each stands at its field; where that is not on the page, at the nearest field above it that
 * is; and where there is none, at the top. Changing a field takes its errors away, moving list items takes them along.
 */
export class DraftErrors {
  readonly #all = shallowRef<readonly DraftError[]>([]);
  /** Fields on the page, by `pathText`, and how often. */
  readonly #fields = reactive(new Map<string, number>());
  readonly #placed: ComputedRef<{ byField: Map<string, string[]>; others: DraftError[] }>;

  constructor() {
    markRaw(this);
    this.#placed = computed(() => this.#place());
  }

  /** All of them, in the order they were said. */
  get all(): readonly DraftError[] {
    return this.#all.value;
  }

  /** Those that no field on the page shows. */
  get others(): readonly DraftError[] {
    return this.#placed.value.others;
  }

  /** What stands at a field; undefined where nothing is wrong. */
  at(path: PlainPath): string | undefined {
    return this.#placed.value.byField.get(pathText(path))?.join('\n');
  }

  /** A field is on the page until the returned function is called. */
  register(path: PlainPath): () => void {
    const key = pathText(path);
    this.#fields.set(key, (this.#fields.get(key) ?? 0) + 1);
    return () => {
      const left = (this.#fields.get(key) ?? 1) - 1;
      if (left === 0) this.#fields.delete(key);
      else this.#fields.set(key, left);
    };
  }

  /** Replaces all errors; `object` is what the server was sent. */
  set(said: readonly SaidOfField[], object: unknown): void {
    this.#all.value = said.map(({ field, message }) => ({
      path: parseFieldPath(field, object),
      // as the apiserver writes it where the whole object is meant
      said: field === '[]' ? '' : field,
      text: typeof message === 'string' ? () => message : message,
    }));
  }

  clear(): void {
    this.#all.value = [];
  }

  /** A value was changed: what was wrong with it, with what is in it or with what it is in, is no longer known. */
  forget(path: PlainPath): void {
    this.#keep((error) => !startsWith(error, path) && !startsWith(path, error));
  }

  /** List items got other indexes; `newIndex` gives null for the one that went. */
  shift(list: PlainPath, newIndex: (index: number) => number | null): void {
    const depth = list.length;
    this.#all.value = this.#all.value.flatMap((error) => {
      const index = error.path?.[depth];
      if (error.path === null || !startsWith(error.path, list)) return [error];
      // what was said of the list itself
      if (typeof index !== 'number') return error.path.length === depth ? [] : [error];
      const moved = newIndex(index);
      return moved === null ? [] : [{ ...error, path: error.path.with(depth, moved) }];
    });
  }

  #keep(isKept: (path: PlainPath) => boolean): void {
    const kept = this.#all.value.filter(({ path }) => path === null || isKept(path));
    if (kept.length < this.#all.value.length) this.#all.value = kept;
  }

  #place() {
    const byField = new Map<string, string[]>();
    const others: DraftError[] = [];
    for (const error of this.#all.value) {
      const depth = this.#depthOf(error.path);
      if (error.path === null || depth === 0) {
        others.push(error);
        continue;
      }
      const key = pathText(error.path.slice(0, depth));
      const below = pathText(error.path.slice(depth));
      const text = below === '' ? error.text() : `${below}: ${error.text()}`;
      byField.set(key, [...(byField.get(key) ?? []), text]);
    }
    return { byField, others };
  }

  /** How many steps of a path lead to a field on the page. */
  #depthOf(path: PlainPath | null): number {
    for (let depth = path?.length ?? 0; depth > 0; depth -= 1)
      if (this.#fields.has(pathText(path?.slice(0, depth) ?? []))) return depth;
    return 0;
  }
}
