/**
 * How to reach one cluster and who to be there: a kubeconfig's context without anything that runs or points elsewhere.
 * Plain data, safe to serialise; secret as a whole.
 */
export interface ClusterCredential {
  /** `https://host:port[/path]`, without user info, query or fragment. */
  server: string;
  /** Authorities to trust, PEM; absent: those of the system. */
  caPem?: string;
  /** Client certificate (chain) and its key, PEM. */
  certPem?: string;
  keyPem?: string;
  token?: string;
  username?: string;
  password?: string;
  /** The name the server's certificate must be for, instead of the host in `server`. */
  tlsServerName?: string;
  insecureSkipTlsVerify: boolean;
}
