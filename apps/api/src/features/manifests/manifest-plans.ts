import { objectRight, type InputOf, type manifestEndpoints, type manifestPlan } from '@pilothouse/contract';
import { isRecord } from '@pilothouse/kinds';
import type { KeptDiscovery } from '@pilothouse/kube';
import type { z } from 'zod';
import type { Authoriser } from '../../authz/authoriser.ts';
import { AppError } from '../../http/app-error.ts';
import { toAppError } from '../../http/error-handler.ts';
import { ItemPool } from '../../operations/item-pool.ts';
import { definitionsOf, locateManifest, type Definitions, type LocatedManifest } from './locate-manifest.ts';
import { objectOf, rightsOf } from './manifest-rights.ts';
import { targetOf } from './manifest-target.ts';
import type { ObjectDoor, WholeObject, Writing, Written } from './object-door.ts';
import { linesOf, readManifests, type Manifest } from './read-manifests.ts';

type Plan = z.output<typeof manifestPlan>;
type Body = InputOf<typeof manifestEndpoints.planManifests>['body'];

export interface PlanCluster {
  name: string;
  discovery: Pick<KeptDiscovery, 'get' | 'renew'>;
}

/** Documents tried at once. */
const tries = 6;

/** Reads a text and finds what each document is; those that cannot be sent say why, in their place. */
export async function locateAll(
  { discovery }: PlanCluster,
  { text, namespace }: Pick<Body, 'text' | 'namespace'>,
  signal: AbortSignal,
): Promise<{
  manifests: { manifest: Manifest; located: LocatedManifest | AppError }[];
  definitions: Definitions;
}> {
  const manifests = await readManifests(text, signal);
  const definitions = definitionsOf(manifests);
  const locate = (served: Awaited<ReturnType<typeof discovery.get>>) => (manifest: Manifest) => {
    try {
      return { manifest, located: locateManifest(manifest, { served, definitions, namespace }) };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return { manifest, located: error };
    }
  };
  const known = manifests.map(locate(await discovery.get()));
  const isNew = known.some(
    ({ located }) => located instanceof AppError && located.code.endsWith('NotServed'),
  );
  return {
    manifests: twiceRefused(isNew ? manifests.map(locate(await discovery.renew())) : known),
    definitions,
  };
}

/** The second of the same object would be applied to another object than the plan's. */
function twiceRefused<T extends { manifest: Manifest; located: LocatedManifest | AppError }>(all: T[]): T[] {
  const lines = new Map<string, number>();
  return all.map((one) => {
    const { manifest, located } = one;
    if (located instanceof AppError || located.name === null) return one;
    const { group, plural } = located.kind;
    const key = JSON.stringify([group, plural, located.namespace, located.name]);
    const first = lines.get(key);
    lines.set(key, first ?? manifest.line);
    if (first === undefined) return one;
    return { ...one, located: new AppError('manifestTwice', { line: manifest.line, first }) };
  });
}

/** Tries documents out: what applying each would do. */
export class ManifestPlans {
  readonly #door: ObjectDoor;
  readonly #authoriser: Pick<Authoriser, 'require' | 'authorise'>;

  constructor(door: ObjectDoor, authoriser: Pick<Authoriser, 'require' | 'authorise'>) {
    this.#door = door;
    this.#authoriser = authoriser;
  }

  /** Rejects where the text cannot be read; a document that is refused is one of the answer. */
  async plan(cluster: PlanCluster, body: Body, writing: Writing, signal: AbortSignal): Promise<Plan[]> {
    const { manifests, definitions } = await locateAll(cluster, body, signal);
    const plans = new Map<number, Plan>();
    const mayGoOn = () => !signal.aborted;
    const pool = new ItemPool<(typeof manifests)[number]>({ concurrency: tries, mayGoOn }, async (one) => {
      const { manifest, located } = one;
      if (located instanceof AppError) plans.set(manifest.index, refused(manifest, {}, located));
      else {
        const tried = await this.#try({ cluster, located, definitions, body, writing, signal });
        plans.set(manifest.index, tried);
      }
    });
    pool.push(manifests);
    await pool.run();
    const inOrder = manifests.map(({ manifest }) => plans.get(manifest.index));
    return withLines(
      inOrder.filter((plan) => plan !== undefined),
      body.text,
      signal,
    );
  }

  async #try(trial: Trial): Promise<Plan> {
    const { cluster, located, definitions, body, writing, signal } = trial;
    const { manifest, namespace } = located;
    const about = aboutOf(located);
    try {
      await this.#authoriser.require(writing.subject, rightsOf(cluster.name, located));
      if (located.isComing) return { ...planOf(manifest, about), state: 'later' };
      let before: WholeObject | null = null;
      const agrees = (object: WholeObject | null) => {
        before = object;
        return true;
      };
      const against = async () => ({
        before: before !== null && (await this.#mayGet(writing, cluster, located)) ? plain(before) : null,
        target: located.name === null ? 'new' : targetOf(before),
      });
      try {
        const tried = await this.#send(cluster, located, body, { ...writing, agrees });
        const { object, warnings, isUnchanged } = tried;
        const state = before === null ? 'create' : isUnchanged ? 'unchanged' : 'change';
        return { ...planOf(manifest, about), state, after: plain(object), warnings, ...(await against()) };
      } catch (error) {
        const known = toAppError(error);
        const isLate = namespace !== null && definitions.namespaces.has(namespace) && isNoNamespace(known);
        if (isLate) return { ...planOf(manifest, about), state: 'later', ...(await against()) };
        if (known.code !== 'dryRunUnavailable')
          return { ...refused(manifest, about, known), ...(await against()) };
        if (located.name !== null) before = await this.#door.read(objectOf(cluster.name, located), signal);
        const untried = { ...planOf(manifest, about), state: 'untried' as const, ...(await against()) };
        return { ...untried, error: errorOf(manifest, known) };
      }
    } catch (error) {
      return refused(manifest, about, toAppError(error));
    }
  }

  #send(cluster: PlanCluster, located: LocatedManifest, body: Body, writing: Writing): Promise<Written> {
    const query = { dryRun: true, fieldValidation: body.fieldValidation };
    const params = objectOf(cluster.name, located);
    const { object } = located;
    if (located.name !== null)
      return this.#door.patch({ params, query, body: { type: 'apply', object, force: body.force } }, writing);
    const { name: _none, ...collection } = params;
    return this.#door.create({ params: collection, query, body: { object } }, writing);
  }

  async #mayGet({ subject }: Writing, cluster: PlanCluster, located: LocatedManifest): Promise<boolean> {
    const right = objectRight(objectOf(cluster.name, located), 'get');
    return (await this.#authoriser.authorise(subject, [right])).allowed;
  }
}

interface Trial {
  cluster: PlanCluster;
  located: LocatedManifest;
  definitions: Definitions;
  body: Body;
  writing: Writing;
  signal: AbortSignal;
}

function aboutOf(located: LocatedManifest): Partial<Plan> {
  const { kind, namespace, namespaceFrom, versionFrom, name, generateName, object } = located;
  const group = kind.group === '' ? 'core' : kind.group;
  return {
    apiVersion: object.apiVersion,
    versionFrom,
    group,
    plural: kind.plural,
    namespace,
    namespaceFrom,
    name,
    generateName,
  };
}

function planOf({ index, line, value }: Manifest, about: Partial<Plan>): Plan {
  const text = (key: string) => (typeof value[key] === 'string' ? value[key] : null);
  const metadata = isRecord(value['metadata']) ? value['metadata'] : {};
  return {
    index,
    line,
    apiVersion: text('apiVersion'),
    kind: text('kind'),
    group: null,
    plural: null,
    namespace: null,
    name: typeof metadata['name'] === 'string' ? metadata['name'] : null,
    generateName: null,
    namespaceFrom: 'nobody',
    versionFrom: 'text',
    state: 'refused',
    before: null,
    after: null,
    warnings: [],
    error: null,
    target: 'absent',
    ...about,
  };
}

function refused(manifest: Manifest, about: Partial<Plan>, error: AppError): Plan {
  return { ...planOf(manifest, about), state: 'refused', error: errorOf(manifest, error) };
}

function errorOf({ line }: Manifest, { code, message, params, details }: AppError): Plan['error'] {
  return {
    code,
    message,
    params,
    line: Number(params['line'] ?? line),
    fields: (details.fields ?? []).map((each) => ({ ...each, line })),
    conflicts: details.conflicts ?? [],
    status: details.clusterStatus ?? null,
  };
}

/** The same, with the lines in which the fields stand that a cluster does not accept. */
async function withLines(plans: Plan[], text: string, signal: AbortSignal): Promise<Plan[]> {
  const fields = plans.flatMap(({ index, error }) =>
    (error?.fields ?? []).map(({ field }) => ({ index, field })),
  );
  if (fields.length === 0) return plans;
  const lines = (await linesOf(text, fields, signal)).values();
  return plans.map((plan) => {
    if (plan.error === null || plan.error.fields.length === 0) return plan;
    const placed = plan.error.fields.map((each) => ({ ...each, line: lines.next().value ?? each.line }));
    return { ...plan, error: { ...plan.error, fields: placed, line: placed[0]?.line ?? plan.line } };
  });
}

/** The apiserver's no to an object whose namespace is not there. */
function isNoNamespace({ code, details }: AppError): boolean {
  const status = details.clusterStatus as { details?: { kind?: string } } | undefined;
  return code === 'clusterNotFound' && status?.details?.kind === 'namespaces';
}

function plain(object: WholeObject): WholeObject {
  const { managedFields: _left, ...metadata } = object.metadata;
  return { ...object, metadata };
}
