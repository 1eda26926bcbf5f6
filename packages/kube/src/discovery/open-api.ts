import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { openApiPath } from '../transport/api-path.ts';
import type { CallOptions, ClusterConnection } from '../transport/connection.ts';
import { KubeError } from '../transport/kube-error.ts';

/** An OpenAPI v3 document, as the cluster sent it. */
export interface OpenApiDocument {
  /** JSON, compressed: documents have megabytes, are kept, and go on to a browser. */
  gzip: Buffer;
  /** Changes with the document. */
  etag: string | undefined;
}

interface KeptDocument {
  document: OpenApiDocument;
  /** When the cluster last said that it is good; of `performance.now`. */
  at: number;
}

const compress = promisify(gzip);
/** The core group's, the largest of Kubernetes itself, has less than two. */
const largestDocument = 16 * 1024 * 1024;
/** All that is kept of one cluster, compressed; the core group's document is a tenth of a megabyte. */
const mostKeptBytes = 4 * 1024 * 1024;
const keptMs = 600_000;

/** A cluster's OpenAPI v3 documents, one per group and version: read when asked for, kept by etag while they are used. */
export class OpenApiDocuments {
  readonly #connection: ClusterConnection;
  /** Least recently used first. */
  readonly #kept = new Map<string, KeptDocument>();
  #forgetting: NodeJS.Timeout | undefined;

  constructor(connection: ClusterConnection) {
    this.#connection = connection;
  }

  /** Compressed bytes kept. */
  get keptBytes(): number {
    return [...this.#kept.values()].reduce((sum, { document }) => sum + document.gzip.length, 0);
  }

  /**
   * The document of a group (`core` or `''` is the one without a name) in one version; the cluster says by etag whether
   * the kept one is still good, unless it said so no more than `maxAgeMs` ago. Rejects with KubeError: status 404 where
   * there is none.
   */
  async get(
    group: string,
    version: string,
    { maxAgeMs = 0, ...call }: CallOptions & { maxAgeMs?: number } = {},
  ): Promise<OpenApiDocument> {
    const path = openApiPath(group, version);
    const kept = this.#kept.get(path);
    if (kept !== undefined && performance.now() - kept.at < maxAgeMs) return kept.document;
    const known = kept?.document;
    const answer = await this.#connection.request(
      { path, etag: known?.etag },
      { maxBytes: largestDocument, ...call },
    );
    const { statusCode, headers, body } = answer;
    if (statusCode === 304 && known !== undefined) return this.#keep(path, known);
    if (!/^application\/json\b/i.test(headers['content-type'] ?? ''))
      throw new KubeError('notAnApiserver', 'The OpenAPI document is not JSON');
    return this.#keep(path, { gzip: await compress(body), etag: headers.etag });
  }

  #keep(path: string, document: OpenApiDocument): OpenApiDocument {
    clearTimeout(this.#forgetting);
    this.#forgetting = setTimeout(() => this.#kept.clear(), keptMs).unref();
    this.#kept.delete(path);
    if (document.etag === undefined || document.gzip.length > mostKeptBytes) return document;
    this.#kept.set(path, { document, at: performance.now() });
    for (const oldest of this.#kept.keys()) {
      if (this.keptBytes <= mostKeptBytes) break;
      this.#kept.delete(oldest);
    }
    return document;
  }
}
