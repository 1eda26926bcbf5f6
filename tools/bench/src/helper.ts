import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A helper's commands; what goes in and out is JSON. */
export type Commands = Record<string, (...input: never[]) => unknown>;

interface Question {
  id: number;
  command: string;
  input: unknown[];
}
type Reply = { id: number; result: unknown } | { id: number; error: string };

/** A process of the bench beside its own, so that what is measured there is disturbed by nothing else. */
export interface Helper<C extends Commands> {
  pid: number;
  ask<K extends keyof C & string>(command: K, ...input: Parameters<C[K]>): Promise<Awaited<ReturnType<C[K]>>>;
  stop(): Promise<void>;
}

/** Starts `processes/<name>.ts`, whose commands are `C`, with these V8 flags. */
export function startHelper<C extends Commands>(name: string, flags: readonly string[] = []): Helper<C> {
  const child = fork(join(import.meta.dirname, '..', 'processes', `${name}.ts`), { execArgv: [...flags] });
  const waiting = new Map<number, (reply: Reply) => void>();
  let last = 0;
  child.on('message', (reply: Reply) => {
    waiting.get(reply.id)?.(reply);
    waiting.delete(reply.id);
  });
  child.on('exit', (code) => {
    for (const [id, settle] of waiting) settle({ id, error: `ended with ${code}` });
  });
  return {
    pid: child.pid ?? 0,
    ask: async (command, ...input) => {
      last += 1;
      const question: Question = { id: last, command, input };
      const reply = await new Promise<Reply>((settle) => {
        waiting.set(question.id, settle);
        child.send(question);
      });
      if ('error' in reply) throw new Error(`${name}: ${reply.error}`);
      return reply.result as never;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.disconnect();
      await gone;
    },
  };
}

/** Asks a helper one thing and ends it. */
export async function askOnce<C extends Commands, K extends keyof C & string>(
  name: string,
  flags: readonly string[],
  command: K,
  ...input: Parameters<C[K]>
): Promise<Awaited<ReturnType<C[K]>>> {
  const helper = startHelper<C>(name, flags);
  try {
    return await helper.ask(command, ...input);
  } finally {
    await helper.stop();
  }
}

/** In the helper: answers the commands until the bench lets go of it. */
export function serve(commands: Commands): void {
  process.on('message', async ({ id, command, input }: Question) => {
    try {
      const result = await commands[command]?.(...(input as never[]));
      process.send?.({ id, result } satisfies Reply);
    } catch (error) {
      process.send?.({ id, error: (error as Error).stack ?? String(error) } satisfies Reply);
    }
  });
  process.on('disconnect', () => process.exit(0));
}
