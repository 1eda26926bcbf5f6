import type { EffectiveSpec } from './effective-spec.ts';

/** What cannot run as it is; paths as in {@link EffectiveSpec}, codes are translated by the SPA (`specProblem.<code>`). */
export interface SpecProblem {
  path: string;
  code: string;
  params: Record<string, string | number>;
}

/** A mount of a volume that is not there, a Service without a port, an Ingress's port or host that may not be, and the like. */
export function checkSpec(_effective: EffectiveSpec, _allowed: { ingressHosts: readonly string[] }): SpecProblem[] {
  throw new Error('not written yet');
}
