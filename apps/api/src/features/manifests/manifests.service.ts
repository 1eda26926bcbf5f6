import { randomInt } from 'node:crypto';
import type { InputOf, manifestEndpoints, OutputOf } from '@pilothouse/contract';
import type { Authoriser } from '../../authz/authoriser.ts';
import { AppError } from '../../http/app-error.ts';
import type { NewItem, OperationActor } from '../../operations/operation-handler.ts';
import type { Operations } from '../../operations/operations.ts';
import type { LocatedManifest } from './locate-manifest.ts';
import { locateAll, ManifestPlans, type PlanCluster } from './manifest-plans.ts';
import { manifestsKind, type ManifestInput, type ManifestItem } from './manifest-operation.ts';
import { rightsOf } from './manifest-rights.ts';
import { inTurns } from './manifest-turns.ts';
import type { ObjectDoor, Writing } from './object-door.ts';

type PlanCall = InputOf<typeof manifestEndpoints.planManifests>;
type RunCall = InputOf<typeof manifestEndpoints.runManifests>;

type PrepareCall = Pick<RunCall['body'], 'text' | 'namespace' | 'documents'> & { cluster: string };

export interface ManifestsServiceOptions {
  find: (name: string) => (PlanCluster & { id: string }) | undefined;
  door: ObjectDoor;
  authoriser: Pick<Authoriser, 'require' | 'authorise'>;
  operations: Pick<Operations, 'submit'>;
}

/** Many documents at once: planned, then applied as an operation. */
export class ManifestsService {
  readonly #options: ManifestsServiceOptions;
  readonly #plans: ManifestPlans;

  constructor(options: ManifestsServiceOptions) {
    this.#options = options;
    this.#plans = new ManifestPlans(options.door, options.authoriser);
  }

  async plan(
    { params, body }: PlanCall,
    writing: Writing,
    signal: AbortSignal,
  ): Promise<OutputOf<typeof manifestEndpoints.planManifests>> {
    return { documents: await this.#plans.plan(this.#cluster(params.cluster), body, writing, signal) };
  }

  /**
   * Submits the chosen documents; nothing is sent where one of them cannot be, or may not be, by what is known now.
   * Returns the operation's id.
   */
  async run(
    { params, body }: RunCall,
    actor: OperationActor & { userId: string },
    signal: AbortSignal,
  ): Promise<string> {
    const { id, name } = this.#cluster(params.cluster);
    const { fieldValidation, force } = body;
    const { items } = await this.prepare({ cluster: name, ...body }, actor, signal);
    return this.#options.operations.submit<ManifestInput, ManifestItem>({
      kind: manifestsKind,
      input: { fieldValidation, force },
      items,
      actor,
      cluster: { id, name },
    });
  }

  /**
   * The chosen documents of a text as they will be applied, once their rights have been asked; and where each of the text
   * would go, as far as it can be said: null for those that are nothing the cluster serves. Throws for a chosen one that
   * cannot be sent, or may not be.
   */
  async prepare(
    { cluster: name, text, namespace, documents }: PrepareCall,
    actor: { userId: string },
    signal: AbortSignal,
  ): Promise<{ items: NewItem<ManifestItem>[]; located: (LocatedManifest['namespaceFrom'] | null)[] }> {
    const cluster = this.#cluster(name);
    const { manifests } = await locateAll(cluster, { text, namespace }, signal);
    const chosen = documents.map(({ index, target }) => {
      const located = manifests[index]?.located;
      if (located === undefined) throw new AppError('notOfThePlan', { index });
      if (located instanceof AppError) throw located;
      return { located, target };
    });
    const rights = chosen.flatMap(({ located }) => rightsOf(cluster.name, located));
    await this.#options.authoriser.require(actor, rights);
    return {
      items: inTurns(chosen).map(itemOf),
      located: manifests.map(({ located }) => (located instanceof AppError ? null : located.namespaceFrom)),
    };
  }

  #cluster(name: string) {
    const cluster = this.#options.find(name);
    if (cluster === undefined) throw new AppError('notFound');
    return cluster;
  }
}

interface Chosen {
  located: LocatedManifest;
  target: string;
}

function itemOf({ located, target, turn }: Chosen & { turn: number }): NewItem<ManifestItem> {
  const { kind, namespace, object, generateName } = located;
  const { group, version, plural, kind: named, namespaced } = kind;
  const name = located.name ?? generatedName(generateName ?? '');
  return {
    target: `${named} ${namespace === null ? '' : `${namespace}/`}${name}`,
    input: {
      kind: { group, version, plural, kind: named, namespaced },
      namespace,
      name,
      isGenerated: located.name === null,
      target,
      turn,
      document: JSON.stringify(object),
    },
  };
}

/** As the apiserver does it (`apiserver/pkg/storage/names/generate.go`): five of the letters that make no words. */
function generatedName(prefix: string): string {
  const letters = 'bcdfghjklmnpqrstvwxz2456789';
  const suffix = Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('');
  return prefix.slice(0, 63 - suffix.length) + suffix;
}
