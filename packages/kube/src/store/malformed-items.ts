import { KubeError } from '../transport/kube-error.ts';
import { oneLine } from '../transport/network-error.ts';
import type { Place } from './store-row.ts';

/** So many are told apart; of more only their number grows. */
const mostKept = 1000;
const mostNamed = 3;
const longestName = 80;

/** What came in the place of objects and is none, of the present list and the events behind it. */
export class MalformedItems {
  readonly #names = new Set<string>();
  #others = 0;

  get count(): number {
    return this.#names.size + this.#others;
  }

  /** What they are, for a person; null where there are none. */
  get problem(): KubeError | null {
    if (this.count === 0) return null;
    const named = [...this.#names].slice(0, mostNamed).map((name) => oneLine(name, longestName));
    const names = named.join(', ') + (this.count > named.length ? ', …' : '');
    return new KubeError('malformed', `${this.count} objects are malformed: ${names}`, {
      params: { count: this.count, names },
    });
  }

  /** False where it is known already. */
  add(name: string): boolean {
    const kept = name === '' ? '?' : name.slice(0, 2 * longestName);
    if (this.#names.has(kept)) return false;
    if (this.#names.size < mostKept) this.#names.add(kept);
    else this.#others += 1;
    return true;
  }

  /** It is an object now, or gone. */
  delete(name: string): boolean {
    return this.#names.delete(name.slice(0, 2 * longestName));
  }
}

/** `namespace/name`, or `name` where there is none of the former. */
export function placeName({ namespace, name }: Place): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
