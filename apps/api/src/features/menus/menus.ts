import { kinds, menuModules, type MenuModule } from '@pilothouse/kinds';

/** A menu entry that comes with the platform. */
export interface MenuSeed {
  key: string;
  /** A route of the SPA, which puts the current cluster for `:cluster`; null for a group. */
  path: string | null;
  icon: string;
  children?: MenuSeed[];
}

const kindIcons: Record<MenuModule, string> = {
  clusters: 'cluster',
  workloads: 'appstore',
  network: 'network',
  config: 'file',
  storage: 'database',
  access: 'safety',
};

/** The kinds that stand in a module, each under its plural. */
function kindEntries(module: MenuModule): MenuSeed[] {
  return [...kinds.values()]
    .filter(({ menu }) => menu?.module === module)
    .toSorted((a, b) => (a.menu?.order ?? 0) - (b.menu?.order ?? 0))
    .map(({ group, plural, kind }) => ({
      key: plural,
      path: `/clusters/:cluster/${group}/${plural}`,
      icon: kind.toLowerCase(),
    }));
}

const ownEntries: Partial<Record<MenuModule, MenuSeed[]>> = {
  clusters: [
    { key: 'clusterList', path: '/clusters', icon: 'cluster' },
    { key: 'overview', path: '/clusters/:cluster', icon: 'dashboard' },
    { key: 'applyYaml', path: '/clusters/:cluster/apply', icon: 'file' },
    { key: 'kubeconfigs', path: '/clusters/:cluster/kubeconfigs', icon: 'file' },
  ],
};

/** What stands in it is seen by rights on the service tree. */
export const moduleOfTree = 'applications';

/** The menu by module; which entries a user sees is said by their roles. */
export const menuSeeds: MenuSeed[] = [
  ...menuModules.map((module) => ({
    key: module,
    path: null,
    icon: kindIcons[module],
    children: [...(ownEntries[module] ?? []), ...kindEntries(module)],
  })),
  {
    key: moduleOfTree,
    path: null,
    icon: 'tree',
    children: [
      { key: 'projects', path: '/projects', icon: 'appstore' },
      { key: 'serviceTree', path: '/tree', icon: 'tree' },
    ],
  },
  {
    key: 'operations',
    path: null,
    icon: 'thunderbolt',
    children: [
      { key: 'operationList', path: '/operations', icon: 'thunderbolt' },
      { key: 'templates', path: '/templates', icon: 'file' },
      { key: 'tasks', path: '/tasks', icon: 'deployment' },
      { key: 'terminals', path: '/terminals', icon: 'terminal' },
    ],
  },
  {
    key: 'administration',
    path: null,
    icon: 'setting',
    children: [
      { key: 'users', path: '/users', icon: 'user' },
      { key: 'groups', path: '/groups', icon: 'group' },
      { key: 'platformRoles', path: '/roles', icon: 'role' },
      { key: 'grants', path: '/grants', icon: 'grant' },
      { key: 'rights', path: '/rights', icon: 'right' },
      { key: 'apiTokens', path: '/tokens', icon: 'token' },
      { key: 'audit', path: '/audit', icon: 'audit' },
    ],
  },
];
