import type { ShellSession } from './shell-session.ts';

/** An operating system command no terminal knows: were the report ever shown, nothing would be seen. */
const [before, after] = ['\x1b]7337;', '\x07'];
/** Longest report, and how much may come before it (an image's own noise). */
const longestReport = 64;
const mostNoise = 4096;

/**
 * The command to `openExec` (with `tty` and `stdin`) for an interactive shell. The shell first says who it is, for
 * `ShellReport`, and then becomes itself again, interactive: the PID stays.
 */
export function shellCommand(shell: string): string[] {
  const script = [
    'shell=$1',
    'IFS= read -r stat < /proc/$$/stat',
    // field 22 is the 20th behind the program's name, which may hold blanks and parentheses itself
    'set -- ${stat##*) }',
    // the 20th parameter without braces would be the second and a 0
    `printf '\\033]7337;%s;%s\\007' "$$" "\${20}"`,
    'TERM=xterm-256color',
    'export TERM',
    'exec "$shell"',
  ].join('; ');
  return [shell, '-c', script, shell, shell];
}

/** Takes the report out of a shell's output. */
export class ShellReport {
  readonly #shell: string;
  #held = Buffer.alloc(0);
  #session: ShellSession | undefined;
  #over = false;

  constructor(shell: string) {
    this.#shell = shell;
  }

  /** The shell's identity, once it was reported. */
  get session(): ShellSession | undefined {
    return this.#session;
  }

  /** Whether the report has come, or will not come any more. */
  get over(): boolean {
    return this.#over;
  }

  /** What of the output is for the terminal. */
  feed(bytes: Buffer): Buffer {
    if (this.#over) return bytes;
    this.#held = Buffer.concat([this.#held, bytes]);
    const start = this.#held.indexOf(before);
    const end = start === -1 ? -1 : this.#held.indexOf(after, start);
    if (start !== -1 && end !== -1) {
      this.#read(this.#held.subarray(start + before.length, end).toString('latin1'));
      return this.#release(Buffer.concat([this.#held.subarray(0, start), this.#held.subarray(end + 1)]));
    }
    const waiting =
      start === -1 ? this.#held.length <= mostNoise : this.#held.length - start <= longestReport;
    return waiting ? Buffer.alloc(0) : this.#release(this.#held);
  }

  /** What was held back for a report that never came: the shell has ended, and this says why. */
  rest(): Buffer {
    return this.#over ? Buffer.alloc(0) : this.#release(this.#held);
  }

  #read(report: string): void {
    const parts = /^(\d{1,10});(\d{1,20})$/.exec(report);
    if (!parts) return;
    this.#session = { shell: this.#shell, pid: Number(parts[1]), startTime: parts[2] ?? '' };
  }

  #release(output: Buffer): Buffer {
    this.#over = true;
    this.#held = Buffer.alloc(0);
    return output;
  }
}
