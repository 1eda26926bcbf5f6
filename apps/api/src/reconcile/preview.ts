import {
  isSecretKind,
  maskSecret,
  sameValue,
  withoutServerFields,
  writeKubectlYaml,
  type KubernetesObject,
} from '@pilothouse/kinds';
import type { endpoints, OutputOf } from '@pilothouse/contract';
import { applyObject, declaresDryRun, getObject, KubeError } from '@pilothouse/kube';
import type { ClusterHandle } from '../clusters/cluster-handle.ts';
import type { ClusterRegistry } from '../clusters/cluster-registry.ts';
import { runPool } from '../operations/item-pool.ts';
import { AppError, sentence } from '../http/app-error.ts';
import { areAdopted } from './adopted-fields.ts';
import { keyOf, refOf, sameKey, type ObjectKey } from './object-key.ts';
import { failureOf, isAway } from './reconcile-failure.ts';
import type { ReconcileUnits, StoredUnit } from './reconcile-units.repository.ts';
import { ownerLabels, type UnitRef } from './unit-source.ts';
import type { UnitError } from './unit-state.ts';
import { appsManager } from './unit-status.ts';

type Plan = OutputOf<typeof endpoints.planInstance>;
type Change = Plan['changes'][number];
export type Preview = Pick<Plan, 'changes' | 'warnings' | 'clusterError'>;

/** Objects that a unit would have. */
export interface Planned {
  unit: UnitRef;
  objects: KubernetesObject[];
}

interface Parts {
  units: ReconcileUnits;
  registry: ClusterRegistry;
}

type Row = StoredUnit['objects'][number];

/** Units tried out at once. */
const concurrency = 8;

/** Tries objects out in their units' clusters. Where one does not answer, it is told what would be written. */
export async function previewUnits(
  { units, registry }: Parts,
  planned: readonly Planned[],
): Promise<Preview[]> {
  const known = await units.states({ ownerIds: planned.map(({ unit }) => unit.ownerId) });
  const alive = new Map<string, Promise<unknown>>();
  const previews: Preview[] = [];
  await runPool([...planned.entries()], { concurrency, mayGoOn: () => true }, async ([index, one]) => {
    const { unit } = one;
    const row = known.find(
      ({ kind, ownerId, clusterId, namespace }) =>
        kind === unit.kind &&
        ownerId === unit.ownerId &&
        clusterId === unit.clusterId &&
        namespace === unit.namespace,
    );
    const handle = registry.byId(unit.clusterId);
    const isAlive = alive.get(unit.clusterId) ?? handle?.connection.checkAlive(5000) ?? Promise.resolve();
    alive.set(unit.clusterId, isAlive);
    previews[index] = await previewUnit(one, { handle, isAlive, rows: row?.objects ?? [] });
  });
  return previews;
}

async function previewUnit(
  { unit, objects }: Planned,
  { handle, isAlive, rows }: { handle: ClusterHandle | undefined; isAlive: Promise<unknown>; rows: Row[] },
): Promise<Preview> {
  const untried = { changes: objects.map((object) => changeOf(unit, object, null, object)), warnings: [] };
  if (handle === undefined) return { ...untried, clusterError: coded({ code: 'notFound', params: {} }) };
  const warnings: string[] = [];
  let refusal: UnitError | null = null;
  const refused = (error: unknown) => {
    refusal ??= failureOf(error, unit.namespace).error;
  };
  try {
    await isAlive;
    const changes = await Promise.all(
      objects.map((object) => tryOut(handle, unit, object, rows, { warnings, refused })),
    );
    const gone = rows.filter((row) => !objects.some((object) => sameKey(keyOf(object), row)));
    const deletions = await Promise.all(gone.map((row) => deletionOf(handle, unit, row)));
    return {
      changes: [...changes, ...deletions.flat()],
      warnings: [...new Set(warnings)],
      clusterError: refusal === null ? null : coded(refusal),
    };
  } catch (error) {
    if (!isAway(error)) throw error;
    return { ...untried, clusterError: coded(failureOf(error, unit.namespace).error) };
  }
}

async function tryOut(
  { connection, openApi }: ClusterHandle,
  unit: UnitRef,
  object: KubernetesObject,
  rows: Row[],
  { warnings, refused }: { warnings: string[]; refused: (error: unknown) => void },
): Promise<Change> {
  const key = keyOf(object);
  const ref = refOf(key, unit.namespace);
  const before = await found(connection, ref);
  const row = rows.find((each) => sameKey(key, each));
  const metadata = { ...object.metadata, namespace: unit.namespace };
  const declared = { ...object, metadata };
  if (before !== null && !isOwn(unit, before, row)) {
    refused(new AppError('nameTaken', { kind: key.kind, name: key.name }));
    return changeOf(unit, object, before, before);
  }
  const { apiGroup: group, version, plural } = key;
  const call = { method: 'PATCH', group, version, plural, namespaced: true } as const;
  // a server that does not know the parameter would write
  if (!(await declaresDryRun(openApi, call))) return changeOf(unit, object, before, declared);
  const options = {
    fieldManager: appsManager,
    dryRun: true,
    onWarnings: (more: string[]) => warnings.push(...more),
  } as const;
  try {
    let result = await applyObject<KubernetesObject>(connection, ref, declared, options);
    if ('conflicts' in result && before !== null && areAdopted(result.conflicts, before))
      result = await applyObject<KubernetesObject>(connection, ref, declared, { ...options, force: true });
    if ('object' in result) return changeOf(unit, object, before, result.object);
    const [first] = result.conflicts;
    const { kind, name } = key;
    refused(
      new AppError('reconcileConflict', {
        manager: first?.manager ?? '?',
        field: first?.field ?? '?',
        kind,
        name,
      }),
    );
  } catch (error) {
    if (isAway(error)) throw error;
    refused(error);
  }
  return changeOf(unit, object, before, declared);
}

function isOwn(unit: UnitRef, { metadata }: KubernetesObject, row: Row | undefined): boolean {
  if (row === undefined) return false;
  return row.uid === null
    ? metadata?.labels?.[ownerLabels[unit.kind]] === unit.ownerId
    : row.uid === metadata?.uid;
}

async function deletionOf({ connection }: ClusterHandle, unit: UnitRef, row: Row): Promise<Change[]> {
  const before = await found(connection, refOf(row, unit.namespace));
  if (before === null || !isOwn(unit, before, row)) return [];
  return [changeOf(unit, { ...before, kind: row.kind }, before, null)];
}

async function found(
  connection: ClusterHandle['connection'],
  ref: ReturnType<typeof refOf>,
): Promise<KubernetesObject | null> {
  return getObject<KubernetesObject>(connection, ref).catch((error: unknown) => {
    if (error instanceof KubeError && error.is(404)) return null;
    throw error;
  });
}

function changeOf(
  { namespace }: UnitRef,
  object: KubernetesObject,
  before: KubernetesObject | null,
  after: KubernetesObject | null,
): Change {
  const key: ObjectKey = keyOf(object);
  const isSecret = isSecretKind(key.apiGroup, key.plural);
  const text = (one: KubernetesObject | null) => {
    if (one === null) return null;
    const shown = withoutServerFields(isSecret ? maskSecret(one) : one);
    return writeKubectlYaml(shown);
  };
  const change = kindOfChange(before, after);
  return { kind: key.kind, namespace, name: key.name, change, before: text(before), after: text(after) };
}

function kindOfChange(before: KubernetesObject | null, after: KubernetesObject | null): Change['change'] {
  if (before === null) return 'create';
  if (after === null) return 'delete';
  // of Secrets the values count that are not shown
  return sameValue(withoutServerFields(before), withoutServerFields(after)) ? 'unchanged' : 'change';
}

function coded({ code, params }: UnitError): NonNullable<Plan['clusterError']> {
  return { code, message: sentence(code, params), params };
}
