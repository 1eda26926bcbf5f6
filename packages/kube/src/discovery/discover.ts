import { fixedPaths, type ApiPath } from '../transport/api-path.ts';
import type { CallOptions, ClusterConnection } from '../transport/connection.ts';
import { KubeError } from '../transport/kube-error.ts';
import { readAggregated } from './aggregated.ts';
import { discoverOneByOne, groupVersionsOf } from './discover-one-by-one.ts';
import { Discovery, type DiscoveredResource } from './discovery.ts';

/** One of the two answers discovery consists of: what it says, and by what it is recognised. */
interface Half {
  etag: string | undefined;
  resources: DiscoveredResource[];
  broken: string[];
}

/** What a cluster serves, and what it takes to ask whether that still is so. */
export interface Discovered {
  discovery: Discovery;
  /** Of `/api` and `/apis`; without etags where the server does not aggregate: then everything is asked again. */
  halves: readonly [Half, Half];
}

const aggregated = ['v2', 'v2beta1']
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat('application/json')
  .join(',');
/** A thousand CustomResourceDefinitions need less than one. */
const maxBytes = 8 * 1024 * 1024;
/** Of groups that are not even named: what they serve is not known. */
const everyGroup = '*/*';

/**
 * Asks a cluster what it serves: two requests, or one a group where the server (before 1.27) does not aggregate. What is
 * malformed is `broken`, the rest is taken. Rejects with KubeError where the core group cannot be had.
 */
export async function discover(connection: ClusterConnection, call: CallOptions = {}): Promise<Discovery> {
  return (await discoverAgain(connection, undefined, call)).discovery;
}

/**
 * As {@link discover}, by etag where something is known already: an unchanged cluster answers with two empty 304, and
 * `known` itself is returned. What is broken now stays as it was known.
 */
export async function discoverAgain(
  connection: ClusterConnection,
  known: Discovered | undefined,
  call: CallOptions = {},
): Promise<Discovered> {
  const [core, groups] = await Promise.all([
    ask(connection, fixedPaths.api, known?.halves[0], call),
    ask(connection, fixedPaths.apis, known?.halves[1], call).catch((error: unknown) => {
      if (!isAnswered(error)) throw error;
      return { etag: undefined, resources: [], broken: [everyGroup] };
    }),
  ]);
  if (known !== undefined && core === known.halves[0] && groups === known.halves[1]) return known;
  const resources = [...core.resources, ...groups.resources];
  const discovery = new Discovery(resources, [...core.broken, ...groups.broken], known?.discovery);
  return { discovery, halves: [core, groups] };
}

/** The half as it is now, `known` itself where it is the same. */
async function ask(
  connection: ClusterConnection,
  path: ApiPath,
  known: Half | undefined,
  call: CallOptions,
): Promise<Half> {
  const request = { path, accept: aggregated, etag: known?.etag };
  const answer = await connection.object<{ kind?: unknown; items?: unknown }>(request, { maxBytes, ...call });
  const { statusCode, headers, object: list } = answer;
  if (statusCode === 304 && known !== undefined) return known;
  if (list.kind === 'APIGroupDiscoveryList' && Array.isArray(list.items)) {
    const half = readAggregated(list.items);
    // nothing in it is what it should be
    if (half.resources.length === 0 && half.broken.includes(everyGroup)) throw saysNothing();
    return { etag: headers.etag, ...half };
  }
  const versions = groupVersionsOf(list);
  if (versions === undefined) throw saysNothing();
  return { etag: undefined, ...(await discoverOneByOne(connection, versions, call)) };
}

function saysNothing(): KubeError {
  return new KubeError('notAnApiserver', 'The server does not say what it serves');
}

/** The server is there, and this is what it says: it may say right things of others. */
function isAnswered(error: unknown): boolean {
  if (!(error instanceof KubeError)) return false;
  const { reason, status } = error;
  return reason === 'notAnApiserver' || reason === 'tooLarge' || (status !== undefined && status >= 500);
}
