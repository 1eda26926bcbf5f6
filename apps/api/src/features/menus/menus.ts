/** A menu entry that comes with the platform. */
export interface MenuSeed {
  key: string;
  /** A route of the SPA, which puts the current cluster for `:cluster`; null for a group. */
  path: string | null;
  icon: string;
  children?: MenuSeed[];
}

/** The menu by module; which entries a user sees is said by their roles. */
export const menuSeeds: MenuSeed[] = [
  {
    key: 'clusters',
    path: null,
    icon: 'cluster',
    children: [
      { key: 'clusterList', path: '/clusters', icon: 'cluster' },
      { key: 'overview', path: '/clusters/:cluster', icon: 'dashboard' },
      { key: 'nodes', path: '/clusters/:cluster/nodes', icon: 'node' },
      { key: 'namespaces', path: '/clusters/:cluster/core/namespaces', icon: 'namespace' },
      { key: 'events', path: '/clusters/:cluster/core/events', icon: 'event' },
    ],
  },
  {
    key: 'workloads',
    path: null,
    icon: 'appstore',
    children: [{ key: 'pods', path: '/clusters/:cluster/pods', icon: 'pod' }],
  },
  {
    key: 'operations',
    path: null,
    icon: 'thunderbolt',
    children: [
      { key: 'operationList', path: '/operations', icon: 'thunderbolt' },
      { key: 'terminals', path: '/terminals', icon: 'terminal' },
    ],
  },
  {
    key: 'administration',
    path: null,
    icon: 'setting',
    children: [
      { key: 'users', path: '/users', icon: 'user' },
      { key: 'grants', path: '/grants', icon: 'grant' },
      { key: 'audit', path: '/audit', icon: 'audit' },
    ],
  },
];
