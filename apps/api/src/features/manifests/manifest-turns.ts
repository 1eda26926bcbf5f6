import { isDefinition, type LocatedManifest } from './locate-manifest.ts';

type Kind = LocatedManifest['kind'];

/** Groups whose namespaced objects refer to each other by name, and are taken in whatever order they come. */
const patientGroups = new Set(['', 'apps', 'autoscaling', 'batch', 'networking.k8s.io', 'policy']);
/** But for these: a pod without its ServiceAccount is refused, and one that came before its quota or limits has neither. */
const admissionKinds = new Set(['ServiceAccount', 'LimitRange', 'ResourceQuota']);

/** Namespaces and what defines kinds: others of the text may need them. */
function comesFirst({ group, kind }: Kind): boolean {
  return (group === '' && kind === 'Namespace') || isDefinition(group, kind);
}

function isPatient({ group, kind, namespaced }: Kind): boolean {
  return namespaced && patientGroups.has(group) && !admissionKinds.has(kind);
}

/**
 * What others need goes first, the rest as written. Neighbours that do not mind their order share a turn; anything else
 * has one of its own, since it may decide what becomes of those behind it.
 */
export function inTurns<T extends { located: Pick<LocatedManifest, 'kind'> }>(
  chosen: readonly T[],
): (T & { turn: number })[] {
  const first = chosen.filter(({ located }) => comesFirst(located.kind));
  const ordered = [...first, ...chosen.filter((one) => !first.includes(one))];
  let turn = 0;
  return ordered.map((one, index) => {
    const before = ordered[index - 1];
    const isShared = before !== undefined && isPatient(before.located.kind) && isPatient(one.located.kind);
    if (index > 0 && !isShared) turn += 1;
    return { ...one, turn };
  });
}
