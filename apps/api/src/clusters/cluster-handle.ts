import {
  connect,
  credentialFacts,
  KeptDiscovery,
  OpenApiDocuments,
  type ClusterConnection,
  type ClusterCredential,
  type ClusterTrust,
  type CredentialFacts,
  type RequestEvent,
  type TrafficSnapshot,
} from '@pilothouse/kube';

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
  #discovery: KeptDiscovery | undefined;
  #openApi: OpenApiDocuments | undefined;

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

  /** How it is reached, for a kubeconfig that is handed out: nothing of who the platform is there. */
  get trust(): ClusterTrust {
    const { server, caPem, tlsServerName, insecureSkipTlsVerify } = this.#options.credential();
    return {
      server,
      ...(caPem !== undefined && { caPem }),
      ...(tlsServerName !== undefined && { tlsServerName }),
      insecureSkipTlsVerify,
    };
  }

  /** What may be told of its credential: certificates and when they end, nothing secret. */
  get facts(): CredentialFacts {
    return credentialFacts(this.#options.credential());
  }

  /** What went over its connection; undefined where it was never used. */
  get traffic(): TrafficSnapshot | undefined {
    return this.#connection?.traffic();
  }

  /** What the cluster serves. */
  get discovery(): KeptDiscovery {
    this.#discovery ??= new KeptDiscovery(this.connection);
    return this.#discovery;
  }

  /** How the cluster describes its types. */
  get openApi(): OpenApiDocuments {
    this.#openApi ??= new OpenApiDocuments(this.connection);
    return this.#openApi;
  }

  /** Ends every request and stream. The connection of a handle that was never used stays unmade. */
  async close(): Promise<void> {
    await this.#connection?.close();
  }
}
