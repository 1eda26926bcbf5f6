import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Written to the command's stdin, which is closed then. */
  input?: string;
  signal?: AbortSignal | undefined;
  /** In milliseconds. */
  timeout?: number;
}

/** Runs a command and returns its stdout; throws with its stderr where it fails. */
export async function run(
  command: string,
  arguments_: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { input, ...rest } = options;
  const running = execute(command, arguments_, { ...rest, maxBuffer: 256 * 1024 * 1024 });
  // a command that ends without reading its input is judged by its exit code
  running.child.stdin?.on('error', () => undefined);
  running.child.stdin?.end(input ?? '');
  const { stdout } = await running;
  return stdout;
}
