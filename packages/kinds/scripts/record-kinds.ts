/**
 * Records how a real apiserver prints the kinds: of each fixtures/kinds/<plural>.yaml it makes the objects, gives them
 * their status without keeping it (so that no controller minds), and writes the Table to fixtures/kinds/<plural>.json.
 *
 *     npm run cluster -- up record
 *     KUBECONFIG=… KUBECTL=/path/to/kubectl node packages/kinds/scripts/record-kinds.ts [plural …]
 *
 * A cluster without nodes is best: pods stay as they are told to be.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseAllDocuments } from 'yaml';
import { kinds, type KindDescriptor, type KubernetesObject } from '../src/index.ts';

interface Table {
  columnDefinitions: { name: string; priority: number }[];
  rows: { cells: unknown[]; object: KubernetesObject }[];
}
type Manifest = KubernetesObject & { status?: object };

const kubectl = process.env.KUBECTL ?? 'kubectl';
const folder = path.join(import.meta.dirname, '../fixtures/kinds');
const namespace = 'recorded';

function descriptorOf(plural: string): KindDescriptor {
  const found = [...kinds.values()].find((kind) => kind.plural === plural);
  if (found === undefined) throw new Error(`no kind ${plural}`);
  return found;
}

function documentsOf(plural: string): Manifest[] {
  const text = readFileSync(path.join(folder, `${plural}.yaml`), 'utf8');
  return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

function collectionPath(
  { group, plural, namespaced }: KindDescriptor,
  { apiVersion = '' }: Manifest,
): string {
  const root = group === 'core' ? `/api/${apiVersion}` : `/apis/${apiVersion}`;
  return `${root}/${namespaced === true ? `namespaces/${namespace}/` : ''}${plural}`;
}

/** A proxy signs in for us; it ends with this process. */
async function openProxy(): Promise<{ url: string; close: () => void }> {
  const proxy = spawn(kubectl, ['proxy', '--port=0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(proxy.stdout, 'data')) as [Buffer];
  const port = /:(\d+)/.exec(line.toString())?.[1];
  return { url: `http://127.0.0.1:${port}`, close: () => proxy.kill() };
}

const proxy = await openProxy();

async function send(
  method: string,
  target: string,
  body?: object,
  type = 'application/json',
): Promise<Response> {
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
  const headers = { accept, 'content-type': type };
  const answer = await fetch(`${proxy.url}${target}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!answer.ok && answer.status !== 404) throw new Error(`${method} ${target}: ${await answer.text()}`);
  return answer;
}

async function gone(target: string): Promise<void> {
  while ((await send('DELETE', `${target}?gracePeriodSeconds=0`)).status !== 404) await sleep(200);
}

/** Makes one object and has it printed. */
async function record(descriptor: KindDescriptor, { status, ...manifest }: Manifest) {
  const collection = collectionPath(descriptor, manifest);
  const target = `${collection}/${manifest.metadata?.name}`;
  await gone(target);
  await send('POST', collection, manifest);
  const from = new Date();
  const answer =
    status === undefined
      ? await send('GET', `${target}?includeObject=Object`)
      : await send(
          'PATCH',
          `${target}/status?dryRun=All&includeObject=Object`,
          { status },
          'application/merge-patch+json',
        );
  const table = (await answer.json()) as Table;
  const [row] = table.rows;
  if (row === undefined) throw new Error(`${target} was not printed`);
  const { managedFields: _noise, ...metadata } = row.object.metadata ?? {};
  return {
    columns: table.columnDefinitions.map(({ name, priority }) => ({ name, priority })),
    row: { from, to: new Date(), cells: row.cells, object: { ...row.object, metadata } },
    target,
  };
}

const version = JSON.parse(execFileSync(kubectl, ['version', '--output=json'], { encoding: 'utf8' })) as {
  serverVersion: { gitVersion: string };
};
const given = process.argv.slice(2);
const plurals =
  given.length > 0
    ? given
    : readdirSync(folder)
        .filter((name) => name.endsWith('.yaml'))
        .map((name) => name.slice(0, -'.yaml'.length));

if ((await send('GET', `/api/v1/namespaces/${namespace}`)).status === 404)
  await send('POST', '/api/v1/namespaces', {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: namespace },
  });
try {
  for (const plural of plurals) {
    const recorded: Awaited<ReturnType<typeof record>>[] = [];
    for (const manifest of documentsOf(plural)) recorded.push(await record(descriptorOf(plural), manifest));
    for (const { target } of recorded) await send('DELETE', `${target}?gracePeriodSeconds=0`);
    const text = {
      kubernetes: version.serverVersion.gitVersion,
      columns: recorded[0]?.columns,
      rows: recorded.map(({ row }) => row),
    };
    writeFileSync(path.join(folder, `${plural}.json`), `${JSON.stringify(text, null, 2)}\n`);
    console.log(`${plural}: ${recorded.length} objects`);
  }
} finally {
  proxy.close();
}
