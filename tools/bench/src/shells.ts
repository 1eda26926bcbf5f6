import { spawn } from 'node:child_process';
import type { LocalCluster } from '@pilothouse/control-plane';
import { stopProcess } from '@pilothouse/start/processes';
import { openShellStream, type Place } from '../../../apps/api/src/ws/testing/stream-client.ts';
import type { Platform } from './platform.ts';

/** A shell in a container, with its terminal's output as it comes. */
export interface Shell {
  type(text: string): void;
  /** Called with each piece of output. */
  onOutput: (text: string) => void;
  stop(): Promise<void>;
}

/** The platform's web shell. */
export async function shellByPlatform(
  platform: Platform,
  place: Place,
): Promise<Shell & { standStill(): void }> {
  const stream = await openShellStream(await platform.client(), place);
  const shell = {
    type: (text: string) => stream.keys(text),
    onOutput: (_text: string) => undefined as void,
    /** From now on nothing that comes is acknowledged. */
    standStill() {
      stream.acknowledges = false;
      stream.socket.pause();
    },
    async stop() {
      stream.socket.close();
    },
  };
  stream.socket.on('message', (data, isBinary) => {
    // the client keeps everything; megabytes of it are of no use here
    stream.screen = '';
    if (isBinary) shell.onOutput(String(data));
  });
  return shell;
}

/** `kubectl exec -it` on a terminal of its own, which `script` of util-linux makes. */
export function shellByKubectl(kubectl: string, cluster: LocalCluster, place: Place): Shell {
  const command = `'${kubectl}' --kubeconfig '${cluster.kubeconfigPath}' exec -it --namespace ${place.namespace} ${place.pod} -- sh`;
  const child = spawn('script', ['--quiet', '--command', command, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const shell: Shell = {
    type: (text) => void child.stdin.write(text),
    onOutput: () => undefined,
    stop: () => stopProcess(child.pid ?? 0, { graceMs: 1000 }),
  };
  child.stdout.setEncoding('latin1').on('data', (text: string) => shell.onOutput(text));
  return shell;
}

/** Types, and resolves with everything that came when `done` holds of it; rejects after a minute. */
export function typeUntil(shell: Shell, text: string, done: (output: string) => boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const late = setTimeout(
      () => reject(new Error(`after ${JSON.stringify(text)}: ${output.slice(-300)}`)),
      60_000,
    );
    shell.onOutput = (piece) => {
      output += piece;
      if (!done(output)) return;
      clearTimeout(late);
      resolve(output);
    };
    shell.type(text);
  });
}
