import { join } from 'node:path';
import { cacheDirectory } from '../paths.ts';
import { run } from '../run.ts';
import { buildModule, missingOutputs, outputDirectory, outputsOf } from './build-module.ts';
import {
  defaultKubernetes,
  modulesOf,
  toolSets,
  type KubernetesVersion,
  type ToolName,
  type ToolSet,
} from './programs.ts';

/** How far some long work is, for a person who watches. */
export interface Progress {
  /** What is being worked on, e.g. a program's name. */
  step: string;
  done: number;
  total: number;
  /** While a program is built: packages compiled so far. */
  compiled?: number;
  message: string;
}

/** The absolute path of each built program. */
export type ToolPaths = Record<ToolName, string>;

export interface BuildOptions {
  /** What to build; everything by default. */
  only?: readonly ToolSet[];
  /** Default {@link defaultKubernetes}. */
  kubernetes?: KubernetesVersion;
  onProgress?: (progress: Progress) => void;
  signal?: AbortSignal | undefined;
}

/**
 * Builds what is missing of Kubernetes and its companions from source (13 minutes on 2 cores the first time, nothing afterwards) and
 * returns where every program is or would be. Throws where Go is missing or a build fails.
 */
export async function buildTools(options: BuildOptions = {}): Promise<ToolPaths> {
  const { only = toolSets, kubernetes = defaultKubernetes } = options;
  const modules = only.flatMap((set) => modulesOf(kubernetes)[set]);
  const cache = cacheDirectory();
  const total = modules.flatMap(outputsOf).length;
  let done = 0;
  for (const module of modules) {
    const missing = await missingOutputs(module, cache);
    if (missing.length > 0) {
      if (!(await goAvailable())) {
        throw new Error(
          `${missing.join(', ')} must be built from source, and that needs Go ≥ 1.21 on PATH (https://go.dev/dl).`,
        );
      }
      await buildModule(module, {
        cache,
        signal: options.signal,
        onStep: reporter(options.onProgress, (program) => ({
          done: done + outputsOf(module).indexOf(program),
          total,
        })),
      });
    }
    done += outputsOf(module).length;
  }
  return toolPaths(kubernetes);
}

/** Whether everything that `only` names (default: the control plane) is built already. */
export async function toolsBuilt(only: readonly ToolSet[] = ['controlPlane']): Promise<boolean> {
  for (const module of only.flatMap((set) => modulesOf(defaultKubernetes)[set])) {
    if ((await missingOutputs(module, cacheDirectory())).length > 0) return false;
  }
  return true;
}

/** Whether a Go is on PATH that can build these modules; from 1.21 on an older one fetches the version it needs. */
export async function goAvailable(): Promise<boolean> {
  try {
    const version = await run('go', ['env', 'GOVERSION'], {
      env: { ...process.env, GOTOOLCHAIN: 'local' },
    });
    const [major = 0, minor = 0] = version.trim().replace(/^go/, '').split('.').map(Number);
    return major > 1 || minor >= 21;
  } catch {
    return false;
  }
}

/** The absolute path of each program, whether it is built yet or not. */
export async function toolPaths(kubernetes: KubernetesVersion = defaultKubernetes): Promise<ToolPaths> {
  const paths: Partial<ToolPaths> = {};
  for (const module of Object.values(modulesOf(kubernetes)).flat()) {
    const directory = await outputDirectory(module, cacheDirectory());
    for (const name of outputsOf(module)) paths[name as ToolName] = join(directory, name);
  }
  return paths as ToolPaths;
}

/** Turns steps of a build into progress, with the time that the program at hand has taken. */
function reporter(
  onProgress: BuildOptions['onProgress'],
  count: (program: string) => { done: number; total: number },
) {
  let current: { program: string; since: number } | undefined;
  return ({ program, compiled, message }: { program: string; compiled: number; message: string }): void => {
    if (current?.program !== program) current = { program, since: Date.now() };
    const { done, total } = count(program);
    const seconds = Math.floor((Date.now() - current.since) / 1000);
    const elapsed = seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
    onProgress?.({
      step: program,
      done,
      total,
      compiled,
      message: `Building ${program} (${done + 1} of ${total}): ${message}, ${elapsed}`,
    });
  };
}
