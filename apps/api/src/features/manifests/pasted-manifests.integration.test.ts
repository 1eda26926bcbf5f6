import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { door, errorOf, startManifestWorld, statesOf, type ManifestWorld } from './testing/manifest-world.ts';

const namespace = 'pasted-manifests';
const fixtures = path.join(import.meta.dirname, '../../../../../packages/kinds/fixtures/yaml');
const withoutVersion = 'pod-tab-before-comment.yaml';
const fixture = (name: string) => readFileSync(path.join(fixtures, name), 'utf8');

let world: ManifestWorld;
beforeAll(async () => {
  world = await startManifestWorld(namespace);
});
afterAll(() => world?.stop());

describe('what people paste', () => {
  const names = readdirSync(path.join(fixtures, 'valid')).toSorted();
  const ingressNamespace = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: ingress-nginx}\n';
  const text = [...names.map((name) => fixture(`valid/${name}`)), ingressNamespace].join('\n---\n');
  const chosen = { namespace: 'default' };
  afterAll(async () => {
    for (const [kind, name] of [
      ['namespace', 'bjrdc-dev'],
      ['namespace', 'ingress-nginx'],
      ['crd', 'mycrds.example.com'],
    ])
      await world.cluster.kubectl('delete', kind ?? '', name ?? '', '--ignore-not-found', '--wait=false');
    for (const name of names)
      await world.cluster
        .kubectl('delete', '-f', path.join(fixtures, 'valid', name), '--ignore-not-found', '--wait=false')
        .catch(() => undefined);
  });

  test('all that is valid is applied, in one text, what others need first; a second time it is unchanged', async () => {
    const plans = await world.plan(text, chosen);
    const refused = plans.filter(({ state }) => state === 'refused').map(({ name, error }) => [name, error]);
    expect(refused).toEqual([]);
    expect(new Set(statesOf(plans))).toEqual(new Set(['create', 'later']));
    const items = await world.run(text, plans, chosen);
    expect(items.filter(({ state }) => state !== 'succeeded')).toEqual([]);
    expect(items.map(({ target }) => target.split(' ')[0]).slice(0, 3)).toEqual([
      'CustomResourceDefinition',
      'Namespace',
      'Namespace',
    ]);
    const again = await world.plan(text, chosen);
    expect(
      again.filter(({ state }) => state !== 'unchanged').map(({ name, state }) => [name, state]),
    ).toEqual([]);
  }, 180_000);

  test.each(names)('%s: kubectl, in our place, would not change a thing', async (name) => {
    const ours = ['--server-side', '--field-manager=pilothouse-apply'];
    const file = path.join(fixtures, 'valid', name);
    const diff = (from: string) => world.cluster.kubectl('diff', ...ours, '-f', from);
    if (name !== withoutVersion) {
      expect(await diff(file)).toBe('');
      return;
    }
    // kubectl asks for the version here; we take the only one there is, and say so
    const refused = world.cluster.kubectl('apply', '--dry-run=server', '-f', file);
    await expect(refused).rejects.toMatchObject({ stderr: expect.stringContaining('apiVersion not set') });
    const complete = path.join(mkdtempSync(path.join(tmpdir(), 'pasted-')), name);
    writeFileSync(complete, `apiVersion: v1\n${readFileSync(file, 'utf8')}`);
    expect(await diff(complete)).toBe('');
    rmSync(path.dirname(complete), { recursive: true });
  });

  test.each<[string, string, number, object]>([
    ['cronjob-v1beta1.yaml', 'versionNotServed', 1, { served: 'batch/v1' }],
    ['ingress-v1beta1.yaml', 'versionNotServed', 1, { served: 'networking.k8s.io/v1' }],
    ['metadata-flattened.yaml', 'manifestHead', 4, { problem: 'flattened' }],
    ['no-kind-3docs.yaml', 'manifestHead', 1, { problem: 'noKind' }],
    ['deployment-nulls-and-typos.yaml', 'manifestHead', 3, { problem: 'noName' }],
    ['service-type-typo.yaml', 'clusterInvalid', 6, { message: expect.stringContaining('LoadBalancerr') }],
  ])('invalid/%s: %s, line %i', async (name, code, line, params) => {
    const sent = await world.sentFromNow();
    const wrong = fixture(`invalid/${name}`);
    const plans = await world.plan(wrong);
    expect(plans.every(({ state }) => state === 'refused')).toBe(true);
    expect(plans[0]?.error).toMatchObject({ code, line, params });
    if (code !== 'clusterInvalid') {
      expect(errorOf(await world.submit(wrong, plans))).toEqual([400, code]);
      expect(await sent()).toEqual([]);
    } else {
      expect(plans[0]?.error?.fields).toMatchObject([{ field: 'spec.type', line: 6 }]);
      expect((await sent()).map(({ requestURI }) => requestURI.includes('dryRun=All'))).toEqual([true]);
    }
  });

  test.each([
    ['fullwidth-colon.yaml', 6, 'fullWidthColon'],
    ['go-template-a.yaml', 6, 'template'],
    ['shell-prompt-pasted.yaml', 42, 'shellPrompt'],
    ['tab-indent.yaml', 1, 'shellPrompt'],
    ['two-objects-no-separator.yaml', 33, ''],
  ])('invalid/%s cannot be read: line %i %s', async (name, line, hint) => {
    const sent = await world.sentFromNow();
    const wrong = fixture(`invalid/${name}`);
    for (const answer of [
      await world.admin.post(`${door}/plan`, { text: wrong }),
      await world.admin.post(door, { text: wrong, documents: [{ index: 0, target: 'absent' }] }),
    ]) {
      expect(errorOf(answer)).toEqual([400, 'manifestUnreadable']);
      expect(answer.body.error).toMatchObject({
        field: 'body.text',
        message: expect.stringContaining(`Line ${line}, `),
        params: { line, hint },
      });
    }
    expect(await sent()).toEqual([]);
  });
});
