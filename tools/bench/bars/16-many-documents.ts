import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalCluster } from '@pilothouse/control-plane';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bar } from '../src/bar.ts';
import { interleave } from '../src/interleave.ts';
import { timed } from '../src/load.ts';
import { dropNamespaces } from '../src/namespaces.ts';
import type { Platform } from '../src/platform.ts';
import { mustBe } from '../src/rows.ts';
import { median } from '../src/statistics.ts';

const documents = 100;
const rounds = 5;
const door = '/clusters/side/manifests';

/** As people write them: of three kinds, each of which another revision changes. */
function text(revision: number): string {
  return Array.from({ length: documents }, (_none, index) => {
    const head = `metadata:\n  name: bench-${index}\n  labels:\n    app: bench-${index}\n    revision: r${revision}\n`;
    if (index % 5 === 0)
      return `apiVersion: apps/v1\nkind: Deployment\n${head}spec:\n  replicas: 0\n  selector:\n    matchLabels:\n      app: bench-${index}\n  template:\n    metadata:\n      labels:\n        app: bench-${index}\n    spec:\n      containers:\n      - name: main\n        image: example.com/app:${revision}\n        ports:\n        - containerPort: 8080\n        env:\n        - name: REVISION\n          value: r${revision}\n`;
    if (index % 5 === 1)
      return `apiVersion: v1\nkind: Service\n${head}spec:\n  selector:\n    app: bench-${index}\n  ports:\n  - name: http\n    port: 80\n    targetPort: 8080\n`;
    return `apiVersion: v1\nkind: ConfigMap\n${head}data:\n  revision: "${revision}"\n  settings.properties: |\n    color=blue\n    size=${index}\n`;
  }).join('---\n');
}

interface Planned {
  index: number;
  target: string;
  state: string;
}

/** The same texts by the platform's door, each in a namespace of its own. */
class Door {
  readonly #platform: Platform;
  readonly #namespace: string;

  constructor(platform: Platform, namespace: string) {
    this.#platform = platform;
    this.#namespace = namespace;
  }

  async plan(revision: number): Promise<Planned[]> {
    const client = await this.#platform.client();
    const asked = { text: text(revision), namespace: this.#namespace };
    const { status, body } = await client.post(`${door}/plan`, asked);
    mustBe('the plan’s status', status, 200);
    mustBe('documents of the plan', body.documents.length, documents);
    return body.documents;
  }

  /** Until the last of them is there. */
  async apply(revision: number, planned: Planned[]): Promise<void> {
    const client = await this.#platform.client();
    const chosen = planned.map(({ index, target }) => ({ index, target }));
    const asked = { text: text(revision), namespace: this.#namespace, documents: chosen };
    const { status, body } = await client.post(door, asked);
    mustBe('the run’s status', status, 202);
    for (;;) {
      const { state, counts } = (await client.get(`/operations/${body.operation}`)).body;
      if (state === 'succeeded') return mustBe('documents applied', counts.done, documents);
      if (state === 'failed' || state === 'cancelled') throw new Error(`applying ended as ${state}`);
      await sleep(20);
    }
  }
}

export const manyDocuments: Bar = {
  number: 16,
  title: `${documents} documents through the many-documents door`,
  async run(world) {
    const [platform, side] = [await world.platform(), await world.side()];
    const folder = await mkdtemp(join(tmpdir(), 'pilothouse-bench-manifests-'));
    const namespaces = ['bench-documents', 'bench-documents-kubectl'] as const;
    try {
      await renew(side, namespaces);
      const [own, others] = namespaces;
      const mine = new Door(platform, own);
      const theirs = (verb: 'apply' | 'diff') =>
        world.timeKubectl(side, verb, '--server-side', '-n', others, '-f', join(folder, 'text.yaml'));
      let revision = 0;
      let planned = await mine.plan(revision);
      await mine.apply(revision, planned);
      await writeFile(join(folder, 'text.yaml'), text(revision));
      await theirs('apply');
      const next = async () => writeFile(join(folder, 'text.yaml'), text((revision += 1)));
      const [dryRun, diff, run, apply] = await interleave(rounds, [
        async () => {
          await next();
          const begun = performance.now();
          planned = await mine.plan(revision);
          mustBe(
            'documents that change',
            planned.filter(({ state }) => state === 'change').length,
            documents,
          );
          return [performance.now() - begun];
        },
        async () => [await theirs('diff')],
        async () => [await timed(() => mine.apply(revision, planned))],
        async () => [await theirs('apply')],
      ]);
      const turns = `medians of ${rounds} in turns; all ${documents} change each time`;
      return [
        {
          what: 'dry run: what each would change',
          ours: median(dryRun),
          reference: median(diff),
          referenceWhat: 'kubectl diff --server-side',
          unit: 'ms',
          limit: { of: 'ratio', most: 1 },
          note: turns,
        },
        {
          what: 'apply, to the last one’s result',
          ours: median(run),
          reference: median(apply),
          referenceWhat: 'kubectl apply --server-side',
          unit: 'ms',
          limit: { of: 'ratio', most: 1 },
          note: `${turns}; each with its rights, audit row and history`,
        },
      ];
    } finally {
      await rm(folder, { recursive: true, force: true });
      await dropNamespaces(side, namespaces);
    }
  },
};

/** A kept cluster may have those of an earlier run. */
async function renew(cluster: LocalCluster, namespaces: readonly string[]): Promise<void> {
  await dropNamespaces(cluster, namespaces, true);
  for (const namespace of namespaces) await cluster.kubectl('create', 'namespace', namespace);
}
