import { ageColumn, nameColumn } from '../kind.ts';
import type { RoleBinding } from '../wire/rbac.ts';
import { subjectsText } from './subjects.ts';

type Binding = Pick<RoleBinding, 'roleRef' | 'subjects'>;

/** Of bindings, in a namespace or in the whole cluster (`printRoleBinding`, `printClusterRoleBinding`). */
export const bindingFields = {
  name: nameColumn,
  role: {
    type: 'text',
    read: ({ roleRef }: Binding) => `${roleRef?.kind ?? ''}/${roleRef?.name ?? ''}`,
    column: { header: 'ROLE', width: 260 },
  },
  age: ageColumn,
  users: {
    type: 'text',
    read: ({ subjects }: Binding) => subjectsText(subjects, 'User'),
    column: { header: 'USERS', wide: true, width: 180 },
  },
  groups: {
    type: 'text',
    read: ({ subjects }: Binding) => subjectsText(subjects, 'Group'),
    column: { header: 'GROUPS', wide: true, width: 180 },
  },
  serviceAccounts: {
    type: 'text',
    read: ({ subjects }: Binding) => subjectsText(subjects, 'ServiceAccount'),
    column: { header: 'SERVICEACCOUNTS', wide: true, width: 220 },
  },
} as const;

export const bindingColumns: (keyof typeof bindingFields)[] = [
  'name',
  'role',
  'users',
  'groups',
  'serviceAccounts',
  'age',
];
