import type { LocalCluster } from '@pilothouse/control-plane';
import { needsRealNode, sharedTestCluster } from '@pilothouse/control-plane/testing';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  connect,
  endSession,
  findShell,
  listObjects,
  openAttach,
  openExec,
  openPortForward,
  readLog,
  readContext,
  runExec,
  shellCommand,
  ShellReport,
  type ClusterConnection,
  type ExecStream,
} from './index.ts';

let cluster: LocalCluster;
let connection: ClusterConnection;
beforeAll(async () => {
  cluster = await sharedTestCluster();
  const credential = readContext(cluster.kubeconfig, undefined, { allowInsecure: false });
  connection = connect(credential, { addressPolicy: { allowLoopback: true } });
});
afterAll(() => connection.close());

const pods = { group: '', version: 'v1', plural: 'pods' };
const place = { namespace: 'demo', pod: 'shell', container: 'shell' };
const run = (command: readonly string[]) => runExec(connection, { ...place, command });
const processes = async () => (await run(['ps', '-o', 'pid,args'])).stdout.toString();

describe('runExec', () => {
  it('gives exit code, stdout, stderr; passes stdin and its end', async (context) => {
    await needsRealNode(context);
    const failing = await run(['sh', '-c', 'echo out; echo err >&2; exit 7']);
    expect([failing.exitCode, `${failing.stdout}`, `${failing.stderr}`]).toEqual([7, 'out\n', 'err\n']);
    const input = Buffer.from('漢字\n'.repeat(20_000));
    const { stdout } = await runExec(connection, { ...place, command: ['cat'], stdin: input });
    expect(stdout.equals(input)).toBe(true);
  });

  it('sends its Audit-ID', async (context) => {
    await needsRealNode(context);
    const auditId = randomUUID();
    await runExec(connection, { ...place, command: ['true'], auditId });
    const logged = async () => (await readFile(cluster.auditLogPath, 'utf8')).includes(auditId);
    await expect.poll(logged).toBe(true);
  });

  it('fails by name: no such command, container, pod', async (context) => {
    await needsRealNode(context);
    await expect(run(['no-such-command'])).rejects.toMatchObject({
      reason: 'api',
      statusObject: { reason: 'InternalError' },
    });
    const elsewhere = (change: object) => runExec(connection, { ...place, ...change, command: ['true'] });
    await expect(elsewhere({ container: 'nope' })).rejects.toMatchObject({ reason: 'api', status: 400 });
    await expect(elsewhere({ pod: 'nope' })).rejects.toMatchObject({ reason: 'api', status: 404 });
  });
});

describe('a shell', () => {
  /** Opens one and collects what the terminal would show. */
  async function openShell() {
    const shell = (await findShell(run)) ?? '';
    const stream = await openExec(connection, {
      ...place,
      command: shellCommand(shell),
      tty: true,
      stdin: true,
    });
    const report = new ShellReport(shell);
    let screen = '';
    stream.onStdout((bytes) => {
      screen += report.feed(bytes).toString('utf8');
    });
    await expect.poll(() => screen).toContain('# ');
    const type = async (text: string, expected: RegExp) => {
      screen = '';
      await stream.write(Buffer.from(text));
      await expect.poll(() => screen).toMatch(expected);
    };
    return { stream, type, session: () => report.session };
  }
  const exitOf = async ({ ended }: ExecStream) => ended;

  it('has a terminal, its size, job control, an exit code', async (context) => {
    await needsRealNode(context);
    const { stream, type, session } = await openShell();
    expect(session()?.pid).toBeGreaterThan(1);
    await type('tty\r', /\/dev\/pts\/\d/);
    stream.resize(101, 37);
    await sleep(200);
    await type('stty size\r', /37 101/);
    await type('echo 漢字ü\r', /\n漢字ü/);
    await stream.write(Buffer.from('sleep 500\r'));
    await sleep(300);
    await type('\x1a', /Stopped/);
    await type('jobs\r', /Stopped\s+sleep 500/);
    await stream.write(Buffer.from('fg\r'));
    await sleep(300);
    await type('\x03', /# /);
    await stream.write(Buffer.from('exit 7\r'));
    expect(await exitOf(stream)).toEqual({ kind: 'exit', exitCode: 7 });
    expect(await processes()).not.toContain('sleep 500');
  });

  it('leaves no process behind: closing the socket does, ending the session does not', async (context) => {
    await needsRealNode(context);
    const { stream, type, session } = await openShell();
    await type('sleep 601 & (trap "" HUP; sleep 602; sleep 603) & echo do""ne\r', /done/);
    stream.close();
    expect(await exitOf(stream)).toMatchObject({ kind: 'lost', error: { reason: 'aborted' } });
    const shell = session();
    if (!shell) throw new Error('the shell reported nothing');
    await sleep(500);
    expect(await processes()).toMatch(/sleep 60[12]/);
    await endSession(run, { ...shell, startTime: '1' });
    expect(await processes()).toMatch(/sleep 60[12]/);
    await endSession(run, shell);
    await expect.poll(processes).not.toMatch(/sleep 60\d/);
    // and once more, where there is nothing to end
    await endSession(run, shell);
  });

  it('holds the kubelet back while nobody reads, and loses nothing', async (context) => {
    await needsRealNode(context);
    const command = [
      'sh',
      '-c',
      'i=0; while [ $i -lt 40000 ]; do echo "line $i of many many"; i=$((i+1)); done',
    ];
    const stream = await openExec(connection, { ...place, command, tty: false, stdin: false });
    const chunks: Buffer[] = [];
    stream.onStdout((bytes) => {
      chunks.push(bytes);
      if (chunks.length % 50 !== 0) return;
      stream.pause();
      setTimeout(() => stream.resume(), 5);
    });
    expect(await exitOf(stream)).toEqual({ kind: 'exit', exitCode: 0 });
    const lines = Buffer.concat(chunks).toString().trimEnd().split('\n');
    expect(lines).toHaveLength(40_000);
    expect(lines.at(-1)).toBe('line 39999 of many many');
  });
});

describe('readLog', () => {
  it('reads numbered lines with their times, as they come', async (context) => {
    await needsRealNode(context);
    const { items } = await listObjects(connection, { ...pods, namespace: 'demo' });
    const web = items.find(({ metadata }) => metadata.name.startsWith('web-'));
    const target = { namespace: 'demo', pod: web?.metadata.name ?? '', container: 'web' };
    const texts: string[] = [];
    for await (const part of readLog(connection, { ...target, follow: true, tailLines: 2 })) {
      for (const line of part.trimEnd().split('\n')) {
        expect(line).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d) /);
        texts.push(line);
      }
      if (texts.length >= 4) break;
    }
    const numbers = texts.map((text) => Number(/\d+$/.exec(text)?.[0]));
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
  });

  it('says why there is none yet, in the kubelet’s words', async (context) => {
    await needsRealNode(context);
    const log = readLog(connection, { namespace: 'demo', pod: 'unpullable', container: 'app' });
    await expect(log.next()).rejects.toMatchObject({
      reason: 'api',
      status: 400,
      statusObject: { message: expect.stringContaining('is waiting to start') },
    });
  });
});

describe('openAttach', () => {
  const attachable = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'attachable', namespace: 'demo' },
    spec: {
      nodeName: 'node-1',
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'main',
          image: 'localhost/busybox:1',
          imagePullPolicy: 'IfNotPresent',
          command: ['sh', '-c', 'while read line; do echo "heard $line"; echo again >&2; done; exit 5'],
          stdin: true,
          stdinOnce: true,
        },
      ],
    },
  };

  it('reaches the process itself: its output, its input, and the end of both', async (context) => {
    await needsRealNode(context);
    await cluster.apply(JSON.stringify(attachable));
    await cluster.kubectl('wait', '-n', 'demo', 'pod/attachable', '--for=condition=Ready', '--timeout=60s');
    const target = { namespace: 'demo', pod: 'attachable', container: 'main', tty: false, stdin: true };
    const stream = await openAttach(connection, target);
    const said = { out: '', err: '' };
    stream.onStderr((bytes) => (said.err += bytes));
    stream.onStdout((bytes) => (said.out += bytes));
    await stream.write(Buffer.from('one\n'));
    await expect.poll(() => said).toEqual({ out: 'heard one\n', err: 'again\n' });
    stream.endStdin();
    expect(await stream.ended).toMatchObject({ kind: 'exit' });
    const phase = () =>
      cluster.kubectl('get', 'pod', '-n', 'demo', 'attachable', '-o', 'jsonpath={.status.phase}');
    await expect.poll(phase).toBe('Failed');
    await cluster.kubectl('delete', 'pod', '-n', 'demo', 'attachable', '--now');
  });
});

describe('openPortForward', () => {
  const open = (port: number) => openPortForward(connection, { namespace: 'demo', pod: 'shell', port });

  it('is a TCP connection into the pod: both ways, any bytes, to the end of the other side', async (context) => {
    await needsRealNode(context);
    const listening = run(['sh', '-c', 'nc -l -p 9010 -e head -c 3000000']);
    await sleep(1000);
    const stream = await open(9010);
    const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 7919) % 256));
    stream.write(bytes);
    const echoed = Buffer.concat(await stream.toArray());
    expect(echoed.equals(bytes)).toBe(true);
    await listening;
  });

  it('holds the pod back while nobody reads, and loses nothing', async (context) => {
    await needsRealNode(context);
    const listening = runExec(connection, {
      ...place,
      command: ['sh', '-c', 'head -c 40000000 /dev/zero | nc -l -p 9011'],
      timeoutMs: 60_000,
    });
    await sleep(1000);
    const stream = await open(9011);
    stream.once('readable', () => undefined);
    await sleep(1500);
    expect(stream.readableLength).toBeLessThan(1_000_000);
    let length = 0;
    for await (const bytes of stream) {
      length += (bytes as Buffer).length;
      if (length === 40_000_000) break;
    }
    expect(length).toBe(40_000_000);
    await listening;
  });

  it('says that nothing listens, in the kubelet’s words', async (context) => {
    await needsRealNode(context);
    const stream = await open(9);
    stream.resume();
    const error = await new Promise((resolve) => stream.once('error', resolve));
    const words = { message: expect.stringContaining('connection refused') };
    expect(error).toMatchObject({ reason: 'api', statusObject: words });
  });
});
