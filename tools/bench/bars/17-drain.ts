import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalCluster } from '@pilothouse/control-plane';
import type { Bar } from '../src/bar.ts';
import { interleave } from '../src/interleave.ts';
import { timed } from '../src/load.ts';
import type { Platform } from '../src/platform.ts';
import { listPath, liveRows, mustBe } from '../src/rows.ts';
import { median } from '../src/statistics.ts';

const podsOfNode = 100;
const plannedNodes = 20;
const labelledNodes = 200;
const rounds = 3;
const label = 'pilothouse.bench/drain';

/** A node of its own with pods that nothing brings back, so that a drain leaves the cluster as it was. */
async function makeNode(cluster: LocalCluster, name: string): Promise<string> {
  const labels = { [label]: name };
  const uid = await cluster.kubectl('get', 'namespace', 'default', '-o', 'jsonpath={.metadata.uid}');
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Namespace', name: 'default', uid, controller: true }];
  const node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels, annotations: { 'kwok.x-k8s.io/node': 'fake' } },
    spec: { taints: [{ key: 'kwok.x-k8s.io/node', value: 'fake', effect: 'NoSchedule' }] },
  };
  const pods = Array.from({ length: podsOfNode }, (_, index) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `${name}-${index}`, namespace: 'default', labels, ownerReferences },
    spec: {
      nodeName: name,
      tolerations: [{ operator: 'Exists' }],
      automountServiceAccountToken: false,
      containers: [{ name: 'c', image: 'example.com/a:1' }],
    },
  }));
  await cluster.apply(JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [node, ...pods] }));
  const ready = '--for=jsonpath={.status.phase}=Running';
  await cluster.kubectl('wait', 'pods', '-n', 'default', '-l', `${label}=${name}`, ready, '--timeout=110s');
  return name;
}

async function leftOn(cluster: LocalCluster, name: string): Promise<number> {
  const text = await cluster.kubectl('get', 'pods', '-n', 'default', '-l', `${label}=${name}`, '-o', 'name');
  return text.split('\n').filter((line) => line !== '').length;
}

/** From the click to the end of the operation. */
async function act(platform: Platform, id: string, names: string[], parameters?: object): Promise<number> {
  const client = await platform.client();
  return timed(async () => {
    const body = { targets: names.map((name) => ({ name })), ...(parameters && { parameters }) };
    const answer = await client.post(`/clusters/main/k8s/core/nodes/actions/${id}`, body);
    mustBe(`the answer to ${id}`, answer.status, 202);
    for (;;) {
      const operation = `/operations/${answer.body.operation as string}`;
      const { state } = (await client.get(operation)).body as { state: string };
      if (state === 'succeeded') return;
      if (state !== 'queued' && state !== 'running') {
        const { items } = (await client.get(`${operation}/items?state=failed`)).body as { items: unknown[] };
        throw new Error(`${id} has ${state}: ${JSON.stringify(items[0])}`);
      }
      await sleep(20);
    }
  });
}

async function planMs(platform: Platform, names: string[]): Promise<number> {
  const client = await platform.client();
  const body = { targets: names.map((name) => ({ name })) };
  return timed(async () => {
    const answer = await client.post('/clusters/main/k8s/core/nodes/plans/drain', body);
    mustBe('the answer to a plan', answer.status, 200);
    mustBe('the nodes of a plan', (answer.body.nodes as unknown[]).length, names.length);
  });
}

export const drains: Bar = {
  number: 17,
  title: 'a drain, its plan, labels on many nodes',
  async run(world) {
    const [platform, main] = [await world.platform(), await world.main()];
    let made = 0;
    const fresh = () => makeNode(main, `bench-drain-${(made += 1)}`);
    const checked = async (name: string, ms: number) => {
      mustBe(`pods left on ${name}`, await leftOn(main, name), 0);
      return [ms];
    };
    const [ours, theirs] = await interleave(rounds, [
      async () => {
        const name = await fresh();
        return checked(name, await act(platform, 'drain', [name]));
      },
      async () => {
        const name = await fresh();
        return checked(name, await world.timeKubectl(main, 'drain', name));
      },
    ]);
    const { items } = await liveRows(
      platform,
      listPath('main', 'nodes', { sort: '-pods', pageSize: plannedNodes }),
    );
    const names = items.map(({ name }) => name);
    const plans: number[] = [];
    for (let round = 0; round < 5; round += 1) plans.push(await planMs(platform, names));
    await main.kubectl('delete', 'nodes', '-l', label);
    // not by the list, which may still show those that were deleted a moment ago
    const all = (await main.kubectl('get', 'nodes', '-o', 'name')).trim().split('\n');
    const labelled = all.slice(0, labelledNodes).map((name) => name.replace('node/', ''));
    const key = 'pilothouse.bench/label';
    let value = 0;
    const next = () => String((value += 1));
    const labelledOnes = async (wanted: string) => {
      const text = await main.kubectl('get', 'nodes', '-l', `${key}=${wanted}`, '-o', 'name');
      mustBe('nodes with the label', text.trim().split('\n').length, labelled.length);
    };
    const [ourLabels, theirLabels] = await interleave(rounds, [
      async () => {
        const wanted = next();
        const ms = await act(platform, 'label', labelled, { set: { [key]: wanted }, overwrite: true });
        await labelledOnes(wanted);
        return [ms];
      },
      async () => {
        const wanted = next();
        const set = [`${key}=${wanted}`, '--overwrite'];
        const ms = await world.timeKubectl(main, 'label', 'nodes', ...labelled, ...set);
        await labelledOnes(wanted);
        return [ms];
      },
    ]);
    await main.kubectl('label', 'nodes', ...labelled, `${key}-`);
    return [
      {
        what: `drain of a node with ${podsOfNode} pods`,
        ours: median(ours),
        reference: median(theirs),
        referenceWhat: 'kubectl drain',
        unit: 'ms',
        limit: { of: 'ratio', most: 1.1 },
        note: `medians of ${rounds} each, in turns, every time another node; ours to the end of the operation`,
      },
      {
        what: `plan of ${names.length} nodes`,
        ours: median(plans),
        reference: null,
        referenceWhat: '–',
        unit: 'ms',
        limit: { of: 'value', most: 1000 },
        note: `median of ${plans.length}, while the list of nodes is looked at`,
      },
      {
        what: `a label on ${labelled.length} nodes`,
        ours: median(ourLabels),
        reference: median(theirLabels),
        referenceWhat: 'kubectl label',
        unit: 'ms',
        limit: { of: 'ratio', most: 1.5 },
        note: `medians of ${rounds} each, in turns; ours to the end of the operation, with an audit row and a history entry a node`,
      },
    ];
  },
};
