import { buildTools, type LocalCluster } from '@pilothouse/control-plane';
import { sharedTestCluster } from '@pilothouse/control-plane/testing';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probe } from '../probe.ts';
import { connect } from '../transport/connection.ts';
import { inspectKubeconfig } from './inspect-kubeconfig.ts';
import { readContext } from './read-context.ts';

/** A name that a careless shell line would fall over. */
const context = "it's $(touch canary)";
const user = 'the user; touch canary';

describe('the commands that lead out of a refusal', () => {
  let cluster: LocalCluster;
  let kubectlFolder: string;
  let folder: string;
  beforeAll(async () => {
    cluster = await sharedTestCluster();
    kubectlFolder = path.dirname((await buildTools()).kubectl);
    folder = await mkdtemp(path.join(tmpdir(), 'way-out-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** Follows the advice for a kubeconfig as its owner would, and reads what comes of it. */
  async function follow(config: object) {
    const text = JSON.stringify(config);
    await writeFile(path.join(folder, 'config'), text);
    const [refusal] = inspectKubeconfig(text).contexts[0]?.refusals ?? [];
    await promisify(execFile)('sh', ['-ec', (refusal?.commands ?? []).join('\n')], {
      cwd: folder,
      env: {
        PATH: `${kubectlFolder}:${process.env['PATH']}`,
        HOME: folder,
        KUBECONFIG: path.join(folder, 'config'),
      },
    });
    expect(refusal).toBeDefined();
    const found = await readFile(path.join(folder, 'pilothouse.kubeconfig'), 'utf8');
    const connection = connect(readContext(found, undefined, { allowInsecure: false }), {
      addressPolicy: { allowLoopback: true },
    });
    try {
      expect(await probe(connection)).toMatchObject({ ok: true, nodes: expect.any(Number) });
    } finally {
      await connection.close();
    }
    await expect(readFile(path.join(folder, 'canary'))).rejects.toMatchObject({ code: 'ENOENT' });
    return found;
  }

  /** The cluster's own credential, with everything in files. */
  async function inFiles() {
    const credential = readContext(cluster.kubeconfig, undefined, { allowInsecure: false });
    const file = async (name: string, content: string | undefined) => {
      await writeFile(path.join(folder, name), content ?? '');
      return path.join(folder, name);
    };
    return {
      server: credential.server,
      ca: await file('ca.crt', credential.caPem),
      cert: await file('client.crt', credential.certPem),
      key: await file('client.key', credential.keyPem),
      credential,
    };
  }
  const config = (cluster: object, as: object) => ({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': context,
    clusters: [{ name: 'c', cluster }],
    users: [{ name: user, user: as }],
    contexts: [{ name: context, context: { cluster: 'c', user } }],
  });

  it('put files inside', async () => {
    const { server, ca, cert, key } = await inFiles();
    const found = await follow(
      config({ server, 'certificate-authority': ca }, { 'client-certificate': cert, 'client-key': key }),
    );
    expect(found).not.toContain(folder);
  });

  it('make a ServiceAccount with a token where a command logged in', async () => {
    const { server, ca, credential } = await inFiles();
    const answer = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { clientCertificateData: credential.certPem, clientKeyData: credential.keyPem },
    };
    const login = path.join(folder, 'login');
    await writeFile(login, `#!/bin/sh\ncat <<'END'\n${JSON.stringify(answer)}\nEND\n`);
    await chmod(login, 0o700);
    const exec = { apiVersion: answer.apiVersion, command: login, interactiveMode: 'Never' };
    const found = await follow(config({ server, 'certificate-authority': ca }, { exec }));
    expect(found).not.toContain(login);
    await cluster.kubectl('delete', 'clusterrolebinding', 'pilothouse');
    await cluster.kubectl('delete', 'serviceaccount', 'pilothouse', '-n', 'kube-system');
  });
});
