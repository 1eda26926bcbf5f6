import { resourceRight, type InputOf, type OutputOf, type resourceEndpoints } from '@pilothouse/contract';
import { controllerOf, kinds, type KindDescriptor, type KubernetesObject } from '@pilothouse/kinds';
import { eachObject } from '@pilothouse/kube';
import type { Authoriser } from '../../authz/authoriser.ts';
import type { Principal } from '../../authz/principal.ts';
import { servedKind, type FindCluster, type ResourceCluster } from './resource-cluster.ts';

type Endpoint = typeof resourceEndpoints.listReferrers;
type Answer = OutputOf<Endpoint>;
type Referrer = Answer['items'][number];
type NamedRelation = Extract<KindDescriptor['relations'][number], { names: unknown }>;

/** More are not told: whoever deletes a thing that so many use is warned enough. */
const most = 500;

/** The kinds whose objects can name objects of `key`, and by which of their relations. */
function referring(key: string): { descriptor: KindDescriptor; relations: NamedRelation[] }[] {
  return [...kinds.values()]
    .map((descriptor) => ({
      descriptor,
      relations: descriptor.relations.filter(
        (relation): relation is NamedRelation => 'names' in relation && relation.kind === key,
      ),
    }))
    .filter(({ descriptor, relations }) => relations.length > 0 && descriptor.namespaced === true);
}

/** Finds who names an object, by the relations that kinds declare. What the caller may not list is not looked at. */
export class Referrers {
  readonly #find: FindCluster;
  readonly #authoriser: Pick<Authoriser, 'authorise'>;

  constructor(find: FindCluster, authoriser: Pick<Authoriser, 'authorise'>) {
    this.#find = find;
    this.#authoriser = authoriser;
  }

  async list(
    { params }: Pick<InputOf<Endpoint>, 'params'>,
    principal: Principal,
    signal: AbortSignal,
  ): Promise<Answer> {
    const { cluster } = await servedKind(this.#find, params);
    const answer: Answer = { items: [], truncated: false, hidden: [] };
    if (params.namespace === '_') return answer;
    for (const { descriptor, relations } of referring(`${params.group}/${params.plural}`)) {
      const { group, plural } = descriptor;
      const place = { cluster: params.cluster, group, plural, namespace: params.namespace };
      if (!(await this.#may(principal, place))) {
        answer.hidden.push(`${group}/${plural}`);
        continue;
      }
      const found = await referrersOf(cluster, { descriptor, relations, signal, ...params });
      answer.items.push(...found.slice(0, most - answer.items.length));
      answer.truncated ||= found.length > most || answer.items.length === most;
    }
    return answer;
  }

  async #may(principal: Principal, place: Parameters<typeof resourceRight>[0]): Promise<boolean> {
    return (await this.#authoriser.authorise(principal, [resourceRight(place, 'list')])).allowed;
  }
}

interface Search {
  descriptor: KindDescriptor;
  relations: NamedRelation[];
  namespace: string;
  name: string;
  signal: AbortSignal;
}

/** Objects of one kind that name it. A kind that the cluster does not serve has none. */
async function referrersOf(
  cluster: ResourceCluster,
  { descriptor, relations, namespace, name, signal }: Search,
): Promise<Referrer[]> {
  const { group, plural, kind } = descriptor;
  const resource = (await cluster.discovery.get()).find(group, plural);
  if (resource === undefined) return [];
  const ref = { group: resource.group, version: resource.version, plural, namespace };
  const found: Referrer[] = [];
  const take = (object: KubernetesObject) => {
    const as = relations.filter(({ names }) => names(object).includes(name)).map(({ type }) => type);
    if (as.length === 0 || found.length > most) return;
    found.push({
      group,
      plural,
      kind,
      name: object.metadata?.name ?? '',
      uid: object.metadata?.uid ?? '',
      owner: controllerOf(object.metadata),
      as: [...new Set(as)],
    });
  };
  await eachObject<KubernetesObject>(cluster.connection, ref, take, { withoutManagedFields: true, signal });
  return found;
}
