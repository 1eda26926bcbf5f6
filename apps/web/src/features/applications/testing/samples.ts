import { applicationSpec, instanceSpec, namespaceDefaults } from '@pilothouse/contract';
import type { RouteRecordRaw } from 'vue-router';
import type {
  ApplicationDetail,
  InstanceDetail,
  ProjectDetail,
  ProjectNamespace,
  Registry,
} from '../application-types.ts';

/** What the platform answers about one project in tests, as short as it can be. */
export const ids = {
  company: '01900000-0000-7000-8000-000000000001',
  department: '01900000-0000-7000-8000-000000000002',
  project: '01900000-0000-7000-8000-0000000000a1',
  application: '01900000-0000-7000-8000-0000000000b1',
  instance: '01900000-0000-7000-8000-0000000000c1',
  other: '01900000-0000-7000-8000-0000000000c2',
  namespace: '01900000-0000-7000-8000-0000000000d1',
};

export const openNamespace: ProjectNamespace = {
  id: ids.namespace,
  cluster: 'quay',
  namespace: 'shop',
  created: true,
  defaults: namespaceDefaults.parse({
    resources: { requests: { cpu: '50m' } },
    ingressHosts: ['*.shop.example.com'],
  }),
  quota: { pods: '20' },
  instances: 1,
  cronJobs: 0,
  createdAt: '2026-11-01T10:00:00Z',
};

export const project: ProjectDetail = {
  id: ids.project,
  name: 'shop',
  displayName: 'Shop',
  path: 'acme.games.shop',
  description: 'Sells things',
  namespaces: 1,
  applications: 1,
  instances: 1,
  cronJobs: 0,
  openNamespaces: [openNamespace],
};

export const registry: Registry = {
  id: '01900000-0000-7000-8000-0000000000e1',
  cluster: null,
  host: 'ghcr.io',
  username: 'tiger',
  author: 'ada',
  updatedAt: '2026-11-01T10:00:00Z',
};

export const application: ApplicationDetail = {
  id: ids.application,
  name: 'cart',
  displayName: 'Cart',
  description: '',
  path: 'acme.games.shop.cart',
  project: ids.project,
  version: 3,
  instances: 1,
  inPlace: 1,
  secrets: ['TOKEN'],
  spec: applicationSpec.parse({
    container: {
      env: [
        { name: 'LOG_LEVEL', value: 'info' },
        { name: 'MODE', value: 'fast' },
      ],
      ports: [{ name: 'http', containerPort: 8080 }],
    },
  }),
};

export const instance: InstanceDetail = {
  id: ids.instance,
  application: ids.application,
  path: 'acme.games.shop.cart',
  name: 'main',
  cluster: 'quay',
  namespace: 'shop',
  objectName: 'cart-main',
  image: 'cart:1',
  phase: 'running',
  wantedPods: 2,
  readyPods: 2,
  version: 4,
  appliedVersion: 4,
  applicationVersion: 3,
  isPaused: false,
  error: null,
  movingTo: null,
  leftBehind: [],
  asOf: '2026-11-01T10:00:00Z',
  spec: instanceSpec.parse({ image: 'cart:1', replicas: 2 }),
  namespaceId: ids.namespace,
  objects: [
    { group: 'apps', plural: 'deployments', kind: 'Deployment', name: 'cart-main', uid: 'u1' },
    { group: 'core', plural: 'services', kind: 'Service', name: 'cart-main', uid: 'u2' },
  ],
  drift: [],
};

const names = ['acme', 'games', 'shop', 'cart'];
/** Without it nobody's rights on a node are known. */
export const tree = {
  levels: ['company', 'department', 'project', 'application'],
  nodes: names.map((name, level) => {
    const idOf = (at: number) => [ids.company, ids.department, ids.project, ids.application][at] ?? '';
    return {
      id: idOf(level),
      parentId: level === 0 ? null : idOf(level - 1),
      name,
      displayName: name,
      description: '',
      path: names.slice(0, level + 1).join('.'),
      level,
      createdAt: '2026-11-01T10:00:00Z',
    };
  }),
};

const empty = { render: () => null };

/** Where the pages lead. */
export const routes: RouteRecordRaw[] = [
  { path: '/', name: 'projects', component: empty },
  { path: '/tree/:node?', name: 'serviceTree', component: empty },
  { path: '/projects/:project', name: 'project', component: empty },
  { path: '/projects/:project/namespaces', name: 'projectNamespaces', component: empty },
  { path: '/projects/:project/registries', name: 'projectRegistries', component: empty },
  { path: '/projects/:project/new-application', name: 'newApplication', component: empty },
  { path: '/applications/:application', name: 'application', component: empty },
  { path: '/applications/:application/edit', name: 'editApplication', component: empty },
  { path: '/applications/:application/instances/new', name: 'newInstance', component: empty },
  { path: '/applications/:application/instances/:instance', name: 'instance', component: empty },
  { path: '/applications/:application/instances/:instance/edit', name: 'editInstance', component: empty },
];
