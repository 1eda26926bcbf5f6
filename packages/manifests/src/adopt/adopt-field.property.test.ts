import { instanceSpec, type ApplicationSpec, type InstanceSpec } from '@pilothouse/contract';
import { isRecord, pathText, valueAt, type KubernetesObject, type PathStep } from '@pilothouse/kinds';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderInstance } from '../render-instance.ts';
import { anyApplication, anyOverrides } from '../testing/arbitraries.ts';
import { defaults, instance, instanceToRender } from '../testing/inputs.ts';
import { adoptField } from './adopt-field.ts';

const own = defaults({
  nodeSelector: { pool: 'shop' },
  tolerations: [{ key: 'shop', operator: 'Exists' }],
  resources: { requests: { cpu: '50m' } },
});
const anyInstance = fc
  .record({
    image: fc.constantFrom('shop/cart:1', 'shop/cart:2', 'registry.example.com/cart:3'),
    replicas: fc.integer({ min: 0, max: 3 }),
    overrides: anyOverrides,
  })
  .map((spec) => instance(spec));

const render = (application: ApplicationSpec, spec: InstanceSpec) =>
  renderInstance(instanceToRender({ application, instance: spec, defaults: own }));

/** Lists that a cluster keeps by these keys; others are values. */
const listKeys: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  env: ['name'],
  ports: ['containerPort', 'protocol'],
  volumeMounts: ['mountPath'],
  volumes: ['name'],
  topologySpreadConstraints: ['topologyKey', 'whenUnsatisfiable'],
};

/** Paths at which one object says otherwise than another, as the reconciler tells them. */
function otherwise(one: unknown, other: unknown, path: PathStep[] = []): PathStep[][] {
  const there = valueAt(other, path);
  const here = valueAt(one, path);
  const keys = listKeys[String(path.at(-1))];
  if (Array.isArray(here) && keys !== undefined)
    return here.flatMap((item: Record<string, unknown>) =>
      otherwise(one, other, [...path, Object.fromEntries(keys.map((key) => [key, item[key]]))]),
    );
  if (isRecord(here) && (isRecord(there) || path.length <= 2))
    return Object.keys(here).flatMap((key) => otherwise(one, other, [...path, key]));
  return JSON.stringify(here) === JSON.stringify(there) ? [] : [path];
}

/** What the renderer says of something else that was changed, not of the field itself. */
const follows = new RegExp(
  [
    'config-hash',
    String.raw`volumeMounts\[mountPath="/etc/app"\]`,
    'name=pilothouse-config',
    // a number that two ports have, and a port of another name
    String.raw`ports\[`,
    // of a node selector that is the platform's
    '^metadata',
  ].join('|'),
);

test('a field that an instance can override is adopted: it renders as it was found', () => {
  let adopted = 0;
  fc.assert(
    fc.property(anyApplication, anyInstance, anyInstance, (application, before, after) => {
      const rendered = render(application, before);
      const cluster = render(application, after);
      for (const object of rendered.filter(({ kind }) => kind === 'Deployment' || kind === 'ConfigMap')) {
        const live = find(cluster, object);
        if (live === undefined) continue;
        for (const path of otherwise(object, live).filter((each) => !follows.test(pathText(each)))) {
          const field = { kind: object.kind ?? '', path, at: (of: readonly PathStep[]) => valueAt(live, of) };
          const spec = adoptField({ application, instance: before, defaults: own }, field);
          const text = pathText(path);
          expect([text, spec !== null]).toEqual([text, true]);
          const again = find(render(application, instanceSpec.parse(spec)), object);
          expect([text, valueAt(again, path)]).toEqual([text, valueAt(live, path)]);
          adopted += 1;
        }
      }
    }),
  );
  expect(adopted).toBeGreaterThan(100);
});

function find(objects: readonly KubernetesObject[], { kind, metadata }: KubernetesObject) {
  return objects.find((each) => each.kind === kind && each.metadata?.name === metadata?.name);
}
