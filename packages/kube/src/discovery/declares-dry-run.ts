import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { apiPathPattern } from '../transport/api-path.ts';
import type { CallOptions } from '../transport/connection.ts';
import { giveWay } from '../transport/give-way.ts';
import { KubeError } from '../transport/kube-error.ts';
import { parseLargeJson } from '../transport/parse-json.ts';
import type { OpenApiDocument, OpenApiDocuments } from './open-api.ts';

/** A call that writes objects of one kind. POST is of the kind as a whole, unless it is of a subresource. */
export interface WriteCall {
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  group: string;
  version: string;
  plural: string;
  namespaced: boolean;
  subresource?: string;
}

/** `POST /api/v1/namespaces/{namespace}/configmaps` of every call that takes `dryRun`, by document. */
const declared = new WeakMap<OpenApiDocument, Promise<ReadonlySet<string>>>();
const unzip = promisify(gunzip);
/** Many objects that are tried out one after the other need one answer. */
const maxAgeMs = 5000;

/**
 * Whether the cluster's OpenAPI declares the parameter `dryRun` for a call, as kubectl asks before a dry run: a server
 * that does not know it (an aggregated API) ignores it, and writes. False where the cluster has no such document, or
 * none that can be read.
 */
export async function declaresDryRun(
  documents: OpenApiDocuments,
  call: WriteCall,
  options: CallOptions = {},
): Promise<boolean> {
  const document = await documents
    .get(call.group, call.version, { maxAgeMs, ...options })
    .catch((error: unknown) => noDocument(error));
  if (document === undefined) return false;
  const known = declared.get(document) ?? callsWithDryRun(document);
  declared.set(document, known);
  const named = call.method !== 'POST' || call.subresource !== undefined;
  return (await known).has(`${call.method} ${apiPathPattern(call, named)}`);
}

function noDocument(error: unknown): undefined {
  if (error instanceof KubeError && (error.is(404) || error.reason === 'notAnApiserver')) return undefined;
  throw error;
}

interface OpenApi {
  paths?: Record<string, Record<string, { parameters?: { name?: string; in?: string }[] }>>;
}

async function callsWithDryRun({ gzip }: OpenApiDocument): Promise<ReadonlySet<string>> {
  const calls = new Set<string>();
  const { paths = {} } = await readDocument(await unzip(gzip));
  for (const [path, operations] of Object.entries(paths)) {
    for (const method of ['post', 'put', 'patch', 'delete']) {
      const parameters = operations?.[method]?.parameters;
      const takes = Array.isArray(parameters) && parameters.some((one) => one?.name === 'dryRun');
      if (takes) calls.add(`${method.toUpperCase()} ${path}`);
    }
  }
  return calls;
}

/** A document beyond what is parsed declares nothing. */
async function readDocument(text: Buffer): Promise<OpenApi> {
  const reading = parseLargeJson(text, 'The OpenAPI document', 'notAnApiserver');
  try {
    for (;;) {
      const { done, value } = reading.next();
      if (done) return value as OpenApi;
      await giveWay();
    }
  } catch {
    return {};
  }
}
