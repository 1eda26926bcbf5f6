import v8 from 'node:v8';
import { KubeError } from '../transport/kube-error.ts';

const mebibyte = 1024 * 1024;
/** Bytes of rows in all tables of the process together. */
const mostOfAll = 512 * mebibyte;
/** Bytes that the heap may have, garbage included, while rows are still added. */
const mostHeap = 1536 * mebibyte;
/** Of one cluster: as many pods as it may have, or fewer rows with long texts. */
const mostOfCluster = 96 * mebibyte;
/** Rows from one look at the heap to the next. */
const heapEvery = 1000;

const ofClusters = new WeakMap<object, { held: number }>();
let ofAll = 0;
let rows = 0;

/** What one table holds, of its own budget, its cluster's and the process's. */
export class RowBudget {
  readonly #most: number;
  readonly #ofCluster: { held: number };
  #held = 0;
  #isReleased = false;

  /** @param cluster what all tables of a cluster have in common, such as its connection; absent: a cluster of its own */
  constructor(most = Infinity, cluster: object = this) {
    this.#most = most;
    this.#ofCluster = ofClusters.get(cluster) ?? { held: 0 };
    ofClusters.set(cluster, this.#ofCluster);
  }

  /** Bytes held. */
  get held(): number {
    return this.#held;
  }

  /** Throws KubeError `tooLarge` where there is no room for so many bytes more. */
  take(bytes: number): void {
    if (this.#held + bytes > this.#most) throw tooLarge('This list would take', this.#most);
    if (this.#ofCluster.held + bytes > mostOfCluster)
      throw tooLarge('All lists of this cluster would take', mostOfCluster);
    if (ofAll + bytes > mostOfAll) throw tooLarge('All lists together would take', mostOfAll);
    if ((rows += 1) % heapEvery === 0 && v8.getHeapStatistics().used_heap_size > mostHeap)
      throw tooLarge('The process has grown to', mostHeap);
    this.#add(bytes);
  }

  give(bytes: number): void {
    this.#add(-bytes);
  }

  /** The table is nobody's any more. */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    ofAll -= this.#held;
    this.#ofCluster.held -= this.#held;
  }

  #add(bytes: number): void {
    this.#held += bytes;
    if (this.#isReleased) return;
    ofAll += bytes;
    this.#ofCluster.held += bytes;
  }
}

/** Bytes of rows that all tables of the process hold. */
export function bytesOfAllRows(): number {
  return ofAll;
}

function tooLarge(what: string, most: number): KubeError {
  return new KubeError('tooLarge', `${what} more than ${Math.round(most / mebibyte)} MiB`);
}
