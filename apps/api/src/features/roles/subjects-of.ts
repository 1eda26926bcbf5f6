import type { Policies } from '../../authz/policies.repository.ts';

/** What a user is to grants: `user:<id>` and the `group:<id>` of each group they are in, with the way there by ids. */
export function subjectsOf(
  { members, nestings }: Pick<Policies, 'members' | 'nestings'>,
  userId: string,
): Map<string, string[]> {
  const subjects = new Map<string, string[]>([[`user:${userId}`, []]]);
  for (const { groupId } of members.filter((member) => member.userId === userId)) {
    subjects.set(`group:${groupId}`, [groupId]);
    for (const { childId, parentId } of nestings) {
      const parent = `group:${parentId}`;
      if (childId === groupId && !subjects.has(parent)) subjects.set(parent, [groupId, parentId]);
    }
  }
  return subjects;
}
