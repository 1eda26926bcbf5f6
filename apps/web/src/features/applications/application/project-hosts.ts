import type { ProjectDetail } from '../application-types.ts';

/** Hosts that Ingresses of a project may use in any of its namespaces. */
export function hostsOf(project: ProjectDetail | null | undefined): string[] {
  const all = (project?.openNamespaces ?? []).flatMap(({ defaults }) => defaults.ingressHosts);
  return [...new Set(all)];
}
