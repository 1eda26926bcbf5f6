import { unreadableKubeconfig } from '@pilothouse/kube';
import { kubeconfigOf } from '@pilothouse/control-plane';
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { candidateId, judgeFile, type Known } from './candidate-rules.ts';
import type { FolderFile } from './kubeconfig-folder.ts';

const nothing: Known = { handled: [], clusters: [] };

/** A context without certificate authority: the system's are trusted. */
function kubeconfig(name: string, server = `https://${name}.example:6443`, cluster = ''): string {
  return `apiVersion: v1
kind: Config
clusters: [{name: ${name}, cluster: {server: "${server}"${cluster}}}]
users: [{name: ${name}, user: {token: secret}}]
contexts: [{name: ${name}, context: {cluster: ${name}, user: ${name}}}]
current-context: ${name}
`;
}

function fileOf(text: string, file = 'prod.yaml'): FolderFile {
  const contentHash = createHash('sha256').update(text).digest('hex');
  return { file, contentHash, text, problem: null, settled: true };
}

const safe = fileOf(kubeconfig('prod'));
const handledAs = (cluster: string | null, { file, contentHash } = safe) => ({ file, contentHash, cluster });

test('a safe file with one context registers itself under the name it suggests', () => {
  expect(judgeFile(safe, nothing)).toMatchObject({ kind: 'registers', name: 'prod' });
});

test('a name that is taken gets a number', () => {
  const clusters = [
    { name: 'prod', server: 'https://other.example' },
    { name: 'prod-2', server: 'https://another.example' },
  ];
  expect(judgeFile(safe, { handled: [], clusters })).toMatchObject({ kind: 'registers', name: 'prod-3' });
});

test.each([
  ['insecure', kubeconfig('a', 'https://a.example', ', insecure-skip-tls-verify: true')],
  ['loopback', kubeconfig('a', 'https://127.0.0.1:6443')],
  ['loopback', kubeconfig('a', 'https://localhost:6443')],
  ['refused', kubeconfig('a').replace('token: secret', 'exec: {command: /bin/true}')],
  ['refused', kubeconfig('a').replace('token: secret', 'tokenFile: /etc/passwd')],
  ['refused', kubeconfig('a', 'http://a.example')],
  ['unreadable', 'hello'],
  ['unreadable', '{{ .Values.kubeconfig }}'],
  ['unreadable', ''],
])('%s waits for a click', (waitsFor, text) => {
  expect(judgeFile(fileOf(text), nothing)).toMatchObject({ kind: 'waits', candidate: { waitsFor } });
});

test('several contexts wait for a choice, unless none of them can be used', () => {
  const two = (user: string) => `apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://c.example"}}]
users: [{name: good, user: {token: secret}}, {name: bad, user: {exec: {command: /bin/true}}}]
contexts: [{name: one, context: {cluster: c, user: bad}}, {name: two, context: {cluster: c, user: ${user}}}]
`;
  expect(judgeFile(fileOf(two('good')), nothing)).toMatchObject({ candidate: { waitsFor: 'contextChoice' } });
  expect(judgeFile(fileOf(two('bad')), nothing)).toMatchObject({ candidate: { waitsFor: 'refused' } });
});

test('content that was registered is done with', () => {
  const known = {
    handled: [handledAs('prod')],
    clusters: [{ name: 'prod', server: 'https://prod.example' }],
  };
  expect(judgeFile(safe, known)).toEqual({ kind: 'handled' });
});

test('a changed file offers to replace what it was registered as, whatever that is called now', () => {
  const known = {
    handled: [handledAs('production')],
    clusters: [{ name: 'production', server: 'https://x.example' }],
  };
  const changed = fileOf(kubeconfig('prod', 'https://moved.example'));
  expect(judgeFile(changed, known)).toMatchObject({
    kind: 'waits',
    candidate: { waitsFor: 'replacement', replaces: 'production' },
  });
});

test('a changed file that has become unsafe says so first', () => {
  const known = {
    handled: [handledAs('prod')],
    clusters: [{ name: 'prod', server: 'https://prod.example' }],
  };
  const changed = fileOf(kubeconfig('prod').replace('token: secret', 'exec: {command: /bin/true}'));
  expect(judgeFile(changed, known)).toMatchObject({ candidate: { waitsFor: 'refused', replaces: 'prod' } });
});

test('a server that is registered already is offered as a replacement, not registered twice', () => {
  const known = { handled: [], clusters: [{ name: 'mine', server: 'https://prod.example:6443' }] };
  expect(judgeFile(safe, known)).toMatchObject({ candidate: { waitsFor: 'replacement', replaces: 'mine' } });
});

test('content whose cluster was removed waits; new content of that file is new', () => {
  const known = { handled: [handledAs(null)], clusters: [] };
  expect(judgeFile(safe, known)).toMatchObject({ kind: 'waits', candidate: { waitsFor: 'removed' } });
  const changed = fileOf(kubeconfig('prod', 'https://moved.example'));
  expect(judgeFile(changed, known)).toMatchObject({ kind: 'registers', name: 'prod' });
});

test('a file that cannot be read says why', () => {
  const file: FolderFile = { ...safe, text: null, problem: unreadableKubeconfig('tooLarge', { bytes: '9' }) };
  expect(judgeFile(file, nothing)).toMatchObject({
    candidate: {
      waitsFor: 'unreadable',
      error: { code: 'kubeconfigUnreadable', params: { problem: 'tooLarge', bytes: '9' } },
      contexts: [],
    },
  });
});

test('an id names a file at its content', () => {
  const other = fileOf('x');
  expect(candidateId(safe)).toMatch(/^[0-9a-f]{32}$/);
  expect(new Set([safe, other, { ...safe, file: 'b' }].map(candidateId)).size).toBe(3);
});

test('nothing of the credential is in a candidate', () => {
  const text = kubeconfigOf({
    name: 'a',
    server: 'https://127.0.0.1',
    certificateAuthority: '',
    credential: { token: 'canary-token' },
  });
  expect(JSON.stringify(judgeFile(fileOf(text), nothing))).not.toContain('canary');
});
