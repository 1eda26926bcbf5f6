/** `npm run cluster -- <command>`: real local clusters from the command line. */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { buildTools, toolPaths, type Progress } from './src/build/build-tools.ts';
import { defaultKubernetes, isKubernetesVersion } from './src/build/programs.ts';
import { clusterStatus, connectCluster, reapOrphans, stopCluster } from './src/clusters.ts';
import { startDetachedCluster } from './src/start-cluster.ts';

const usage = `Usage: npm run cluster -- <command>

  up <name> [--kwok 3] [--real] [--metrics] [--landscape demo] [--kubernetes 1.34]
                         start a cluster; it lives until "down"
  down <name> | --all    stop it; nothing of it is left
  status                 the clusters of this machine
  kubeconfig <name>      print a kubeconfig to paste
  kubectl <name> [-- …]  kubectl in that cluster
  build                  build everything that is missing, start nothing`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kwok: { type: 'string', default: '0' },
    real: { type: 'boolean', default: false },
    metrics: { type: 'boolean', default: false },
    landscape: { type: 'string', default: 'none' },
    kubernetes: { type: 'string', default: defaultKubernetes },
    all: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const [command, name = '', ...rest] = positionals;

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  if (command === 'build') await buildTools({ onProgress: show() });
  else if (command === 'status') await status();
  else if (command === 'down' && values.all) await downAll();
  else if (command === 'up' && name) await up();
  else if (command === 'down' && name) await down();
  else if (command === 'kubeconfig' && name) {
    process.stdout.write((await connectCluster(name)).kubeconfig);
  } else if (command === 'kubectl' && name) await kubectl();
  else {
    console.log(usage);
    if (!values.help) process.exitCode = 2;
  }
}

async function up(): Promise<void> {
  const { landscape, kubernetes } = values;
  if (landscape !== 'demo' && landscape !== 'none') {
    throw new Error(`--landscape is demo or none, not ${landscape}`);
  }
  if (!isKubernetesVersion(kubernetes)) throw new Error(`there is no Kubernetes ${kubernetes} here`);
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => interrupted.abort(new Error('interrupted')));
  }
  const cluster = await startDetachedCluster({
    name,
    kwokNodes: Number(values.kwok),
    realNode: values.real,
    metrics: values.metrics,
    landscape,
    kubernetes,
    onProgress: show(),
    signal: interrupted.signal,
  });
  console.log(`${cluster.server}\nexport KUBECONFIG=${cluster.kubeconfigPath}`);
}

async function down(): Promise<void> {
  console.log((await stopCluster(name)) ? `${name} is gone` : `there is no cluster ${name}`);
}

async function downAll(): Promise<void> {
  for (const cluster of await clusterStatus()) {
    await stopCluster(cluster.name);
    console.log(`${cluster.name} is gone`);
  }
  await reapOrphans();
}

async function status(): Promise<void> {
  for (const { name: cluster, phase, spec, server, owned, dead, startedAt } of await clusterStatus()) {
    const parts = [
      `${spec.kwokNodes} kwok nodes${spec.realNode ? ' + 1 real' : ''}`,
      ...(owned ? ['ends with its owner'] : []),
      ...(dead.length > 0 ? [`not running: ${dead.join(', ')}`] : []),
    ];
    console.log(`${cluster}\t${phase}\t${server}\tsince ${startedAt}\t${parts.join('; ')}`);
  }
}

/** Hands over the terminal: kubectl may ask, page or run a shell. */
async function kubectl(): Promise<void> {
  const cluster = await connectCluster(name);
  const tools = await toolPaths(cluster.spec.kubernetes);
  const child = spawn(tools.kubectl, ['--kubeconfig', cluster.kubeconfigPath, ...rest], {
    stdio: 'inherit',
  });
  process.exitCode = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

/** Prints progress: each step once, and every 10 seconds of a long one. */
function show(): (progress: Progress) => void {
  let last = { step: '', at: 0 };
  return ({ step, message }) => {
    if (step === last.step && Date.now() - last.at < 10_000) return;
    last = { step, at: Date.now() };
    console.log(message);
  };
}
