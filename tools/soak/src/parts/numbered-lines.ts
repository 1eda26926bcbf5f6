/** Lines that the platform said may be lost; a bound that is null is open. */
export interface Gap {
  from: string | null;
  to: string | null;
}

export interface Tally {
  received: number;
  /** Numbers that came more than once. */
  doubled: number;
  /** Numbers that came after a larger one. */
  disordered: number;
  /** Numbers that never came, and that a gap told of. */
  reported: number;
  /** Numbers that never came, and nobody said so. */
  missing: number;
}

/** A shell script that writes numbered lines, `perSecond` (a multiple of 4) for `seconds`, from `startAt` (epoch seconds) on. */
export function writerScript(options: { perSecond: number; seconds: number; startAt: number }): string {
  const { perSecond, seconds, startAt } = options;
  // pauses are reads from a pipe that nobody writes to: a sleep would be a process each
  return `mkfifo /pause; exec 3<>/pause
while [ $(date +%s) -lt ${startAt} ]; do read -t 1 x <&3; done
n=0; while [ $n -lt ${perSecond * seconds} ]; do
i=0; while [ $i -lt ${perSecond / 4} ]; do i=$((i+1)); n=$((n+1)); echo "line $n ${'.'.repeat(60)}"; done
read -t 0.25 x <&3; done
while :; do read -t 3600 x <&3; done`;
}

/** Checks the numbers of what one container's log delivered. */
export class NumberedLines {
  /** Number → the time of its line, in milliseconds since the epoch. */
  readonly #times = new Map<number, number>();
  readonly #gaps: Gap[] = [];
  #doubled = 0;
  #disordered = 0;
  #last = 0;

  /** The highest number so far. */
  get last(): number {
    return this.#last;
  }

  take(time: string, text: string): void {
    const number = Number(/^line (\d+) /.exec(text)?.[1]);
    if (!Number.isInteger(number)) throw new Error(`no numbered line: ${text}`);
    if (this.#times.has(number)) {
      this.#doubled += 1;
      return;
    }
    this.#times.set(number, Date.parse(time));
    if (number < this.#last) this.#disordered += 1;
    else this.#last = number;
  }

  gap(gap: Gap): void {
    this.#gaps.push(gap);
  }

  /** @param written how many lines the container has written */
  tally(written: number): Tally {
    let reported = 0;
    let missing = 0;
    let before = Number.NEGATIVE_INFINITY;
    for (let number = 1; number <= written; number += 1) {
      const time = this.#times.get(number);
      if (time !== undefined) before = time;
      else if (this.#told(before, this.#timeAfter(number, written))) reported += 1;
      else missing += 1;
    }
    const { size: received } = this.#times;
    return { received, doubled: this.#doubled, disordered: this.#disordered, reported, missing };
  }

  /** Whether a gap told of what was written between two lines' times. */
  #told(before: number, after: number): boolean {
    return this.#gaps.some(
      ({ from, to }) =>
        (from === null || Date.parse(from) <= after) && (to === null || Date.parse(to) >= before),
    );
  }

  #timeAfter(number: number, written: number): number {
    for (let next = number + 1; next <= written; next += 1) {
      const time = this.#times.get(next);
      if (time !== undefined) return time;
    }
    return Number.POSITIVE_INFINITY;
  }
}

export const sumOf = (tallies: Tally[]): Tally => {
  const sum = (name: keyof Tally) => tallies.reduce((total, tally) => total + tally[name], 0);
  return {
    received: sum('received'),
    doubled: sum('doubled'),
    disordered: sum('disordered'),
    reported: sum('reported'),
    missing: sum('missing'),
  };
};
