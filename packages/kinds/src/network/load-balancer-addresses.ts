/** The addresses that a load balancer reports, each once, by bytes (`loadBalancerStatusStringer`). */
export function loadBalancerAddresses(ingress: { ip?: string; hostname?: string }[] | undefined): string[] {
  const addresses = (ingress ?? []).flatMap(({ ip, hostname }) => ip || hostname || []);
  return [...new Set(addresses)].toSorted((a, b) => (a < b ? -1 : 1));
}
