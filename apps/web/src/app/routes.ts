import { endpoints, platformRight, type Method, type Requirement } from '@pilothouse/contract';
import type { RouteRecordRaw } from 'vue-router';
import { resourceRoutes } from '../resources/routes.ts';

function reads(endpoint: { method: Method; path: string }): () => Requirement[] {
  return () => [platformRight(endpoint.method, endpoint.path)];
}

export const routes: RouteRecordRaw[] = [
  {
    path: '/login',
    name: 'login',
    component: () => import('../features/auth/LoginPage.vue'),
    meta: { title: 'login.title', isPublic: true },
  },
  {
    path: '/password',
    name: 'password',
    component: () => import('../features/auth/ForcedPasswordPage.vue'),
    meta: { title: 'password.title' },
  },
  {
    path: '/',
    component: () => import('./layout/AppLayout.vue'),
    children: [
      { path: '', redirect: { name: 'clusters' } },
      {
        path: 'clusters',
        name: 'clusters',
        component: () => import('../features/clusters/ClustersPage.vue'),
        meta: { title: 'clusters.title' },
      },
      {
        path: 'register-cluster',
        name: 'registerCluster',
        component: () => import('../features/clusters/register/RegisterClusterPage.vue'),
        meta: { title: 'register.title', requires: reads(endpoints.createCluster) },
      },
      {
        path: 'clusters/:cluster',
        component: () => import('./layout/ClusterFrame.vue'),
        children: [
          {
            path: '',
            name: 'cluster',
            component: () => import('../features/clusters/ClusterPage.vue'),
            meta: { title: 'cluster.title' },
          },
          ...resourceRoutes,
        ],
      },
      {
        path: 'operations',
        name: 'operations',
        component: () => import('../features/operations/OperationsPage.vue'),
        meta: { title: 'operations.title' },
      },
      {
        path: 'terminals',
        name: 'terminals',
        component: () => import('../features/terminals/TerminalsPage.vue'),
        meta: { title: 'terminals.title', requires: reads(endpoints.listTerminals) },
      },
      {
        path: 'users',
        name: 'users',
        component: () => import('../features/access/UsersPage.vue'),
        meta: { title: 'users.title', requires: reads(endpoints.listUsers) },
      },
      {
        path: 'grants',
        name: 'grants',
        component: () => import('../features/access/GrantsPage.vue'),
        meta: { title: 'grants.title', requires: reads(endpoints.listGrants) },
      },
      {
        path: 'audit',
        name: 'audit',
        component: () => import('../features/audit/AuditPage.vue'),
        meta: { title: 'auditLog.title', requires: reads(endpoints.listAudit) },
      },
      {
        path: 'profile',
        name: 'profile',
        component: () => import('../features/auth/ProfilePage.vue'),
        meta: { title: 'profile.title' },
      },
      {
        path: ':path(.*)*',
        name: 'notFound',
        component: () => import('../features/status-pages/NotFoundPage.vue'),
        meta: { title: 'statusPage.notFound' },
      },
    ],
  },
];
