const minorOf = (version: string) => {
  const parts = /^v?1\.(\d+)/.exec(version);
  return parts === null ? null : Number(parts[1]);
};

/**
 * How many minor versions a kubelet is behind its apiserver, negative where it is ahead; null where one of them says no
 * Kubernetes version. Up to three are supported, none ahead (kubernetes.io/releases/version-skew-policy).
 */
export function versionSkew(kubelet: string, apiserver: string | null | undefined): number | null {
  const [own, theirs] = [minorOf(kubelet), minorOf(apiserver ?? '')];
  return own === null || theirs === null ? null : theirs - own;
}
