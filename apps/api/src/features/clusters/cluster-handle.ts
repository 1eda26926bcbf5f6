import {
  connect,
  discover,
  type ClusterConnection,
  type ClusterCredential,
  type Discovery,
  type RequestEvent,
} from '@pilothouse/kube';

/** How long discovery is believed: kinds come and go with CustomResourceDefinitions. */
const discoveryMs = 60_000;

/** What a handle is made of; `credential` is opened on first use only. */
export interface ClusterHandleOptions {
  id: string;
  name: string;
  /** Goes up when credential or timeout change; then there is another handle. */
  connectionVersion: number;
  timeoutMs: number;
  allowLoopback: boolean;
  pingMs: number;
  credential: () => ClusterCredential;
  onRequest: (event: RequestEvent) => void;
}

/**
 * One registered cluster in this process. Its connection is made once, on first use, and is closed when the cluster is
 * removed or its credential changes; stores and streams end with `connection.closed`.
 */
export class ClusterHandle {
  readonly id: string;
  readonly name: string;
  readonly connectionVersion: number;
  readonly timeoutMs: number;
  readonly #options: ClusterHandleOptions;
  #connection: ClusterConnection | undefined;
  #discovery: { at: number; found: Promise<Discovery> } | undefined;

  constructor(options: ClusterHandleOptions) {
    this.id = options.id;
    this.name = options.name;
    this.connectionVersion = options.connectionVersion;
    this.timeoutMs = options.timeoutMs;
    this.#options = options;
  }

  get connection(): ClusterConnection {
    const { credential, timeoutMs, allowLoopback, pingMs, onRequest } = this.#options;
    const addressPolicy = { allowLoopback };
    this.#connection ??= connect(credential(), { timeoutMs, addressPolicy, pingMs, onRequest });
    return this.#connection;
  }

  /** What the cluster serves, at most a minute old. */
  discovery(): Promise<Discovery> {
    const known = this.#discovery;
    if (known !== undefined && performance.now() - known.at < discoveryMs) return known.found;
    const asked = { at: performance.now(), found: discover(this.connection) };
    this.#discovery = asked;
    asked.found.catch(() => {
      if (this.#discovery === asked) this.#discovery = undefined;
    });
    return asked.found;
  }

  /** Ends every request and stream. The connection of a handle that was never used stays unmade. */
  async close(): Promise<void> {
    await this.#connection?.close();
  }
}
