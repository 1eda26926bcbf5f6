import type { Subject } from '../wire/rbac.ts';

/** USERS, GROUPS or SERVICEACCOUNTS of a binding, as `-o wide` prints them (`rbac.SubjectsStrings`). */
export function subjectsText(subjects: Subject[] | undefined, wanted: Subject['kind']): string {
  return (subjects ?? [])
    .filter(({ kind }) => kind === wanted)
    .map(({ kind, namespace = '', name }) => (kind === 'ServiceAccount' ? `${namespace}/${name}` : name))
    .join(', ');
}
