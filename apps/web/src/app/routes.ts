import { endpoints, type Endpoint } from '@pilothouse/contract';
import type { LocationQuery, RouteRecordRaw } from 'vue-router';
import { resourceRoutes } from '../resources/routes.ts';
import { inPart, requirementsOf } from '../api/rights.ts';
import { toApply } from '../resources/may-apply.ts';

const needs = (endpoint: Endpoint) => () => requirementsOf(endpoint);
/** Whose likeness a new one begins with. */
const copied = (query: LocationQuery) => (typeof query['copy'] === 'string' ? query['copy'] : undefined);

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
        meta: { title: 'register.title', requires: needs(endpoints.createCluster) },
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
          {
            path: 'apply',
            name: 'apply',
            component: () => import('../features/manifests/ApplyPage.vue'),
            props: true,
            meta: {
              title: 'manifests.title',
              requires: ({ params }, rights) => toApply(rights, String(params['cluster'])),
            },
          },
          {
            path: 'kubeconfigs',
            name: 'kubeconfigs',
            component: () => import('../features/kubeconfigs/KubeconfigsPage.vue'),
            props: true,
            meta: {
              title: 'kubeconfigs.title',
              requires: ({ params }) =>
                inPart(
                  requirementsOf(endpoints.listIssuedKubeconfigs, {
                    params: { cluster: String(params['cluster']) },
                  }),
                ),
            },
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
        path: 'templates',
        name: 'templates',
        component: () => import('../features/templates/TemplatesPage.vue'),
        meta: { title: 'templates.title', requires: needs(endpoints.listTemplates) },
      },
      {
        path: 'new-template',
        name: 'newTemplate',
        component: () => import('../features/templates/TemplateEditPage.vue'),
        meta: { title: 'templates.create', requires: needs(endpoints.createTemplate) },
      },
      {
        path: 'templates/:name',
        name: 'template',
        component: () => import('../features/templates/TemplatePage.vue'),
        props: true,
        meta: { title: 'templates.title', requires: needs(endpoints.getTemplate) },
      },
      {
        path: 'templates/:name/edit',
        name: 'editTemplate',
        component: () => import('../features/templates/TemplateEditPage.vue'),
        props: true,
        meta: { title: 'templates.edit', requires: needs(endpoints.addTemplateVersion) },
      },
      {
        path: 'templates/:name/roll-out',
        name: 'rollOut',
        component: () => import('../features/templates/RollOutPage.vue'),
        props: true,
        meta: { title: 'templates.rollOut', requires: needs(endpoints.getTemplate) },
      },
      {
        path: 'tasks',
        name: 'tasks',
        component: () => import('../features/templates/TasksPage.vue'),
        meta: { title: 'tasks.title' },
      },
      {
        path: 'tasks/:task',
        name: 'task',
        component: () => import('../features/templates/TaskPage.vue'),
        props: true,
        meta: { title: 'tasks.one' },
      },
      {
        path: 'tasks/:task/retry',
        name: 'retryTask',
        component: () => import('../features/templates/RetryPage.vue'),
        props: true,
        meta: { title: 'tasks.retry' },
      },
      {
        path: 'terminals',
        name: 'terminals',
        component: () => import('../features/terminals/TerminalsPage.vue'),
        meta: { title: 'terminals.title', requires: needs(endpoints.listTerminals) },
      },
      {
        path: 'users',
        name: 'users',
        component: () => import('../features/access/UsersPage.vue'),
        meta: { title: 'users.title', requires: needs(endpoints.listUsers) },
      },
      {
        path: 'tree/:node?',
        name: 'serviceTree',
        component: () => import('../features/tree/TreePage.vue'),
        props: true,
        meta: { title: 'tree.title' },
      },
      {
        path: 'projects',
        name: 'projects',
        component: () => import('../features/applications/projects/ProjectsPage.vue'),
        meta: { title: 'projects.title' },
      },
      {
        path: 'projects/:project',
        component: () => import('../features/applications/projects/ProjectPage.vue'),
        props: true,
        children: [
          {
            path: '',
            name: 'project',
            component: () => import('../features/applications/projects/ProjectApplications.vue'),
            meta: { title: 'projects.one' },
          },
          {
            path: 'namespaces',
            name: 'projectNamespaces',
            component: () => import('../features/applications/projects/ProjectNamespaces.vue'),
            meta: { title: 'projects.one' },
          },
          {
            path: 'registries',
            name: 'projectRegistries',
            component: () => import('../features/applications/projects/ProjectRegistries.vue'),
            meta: { title: 'projects.one' },
          },
          {
            path: 'cronjobs',
            name: 'cronJobs',
            component: () => import('../features/cron-jobs/CronJobsTab.vue'),
            meta: { title: 'cronJobs.title' },
          },
        ],
      },
      {
        path: 'projects/:project/new-application',
        name: 'newApplication',
        component: () => import('../features/applications/application/ApplicationCreatePage.vue'),
        props: ({ params, query }) => ({ project: String(params['project']), copy: copied(query) }),
        meta: { title: 'applications.create' },
      },
      {
        path: 'applications/:application',
        name: 'application',
        component: () => import('../features/applications/application/ApplicationPage.vue'),
        props: true,
        meta: { title: 'applications.one', menuPath: '/projects' },
      },
      {
        path: 'applications/:application/edit',
        name: 'editApplication',
        component: () => import('../features/applications/application/ApplicationEditPage.vue'),
        props: true,
        meta: { title: 'applications.one', menuPath: '/projects' },
      },
      {
        path: 'applications/:application/instances/new',
        name: 'newInstance',
        component: () => import('../features/applications/instance/InstanceEditPage.vue'),
        props: ({ params, query }) => ({ application: String(params['application']), copy: copied(query) }),
        meta: { title: 'instances.create', menuPath: '/projects' },
      },
      {
        path: 'applications/:application/instances/:instance',
        name: 'instance',
        component: () => import('../features/applications/instance/InstancePage.vue'),
        props: true,
        meta: { title: 'instances.one', menuPath: '/projects' },
      },
      {
        path: 'applications/:application/instances/:instance/edit',
        name: 'editInstance',
        component: () => import('../features/applications/instance/InstanceEditPage.vue'),
        props: true,
        meta: { title: 'instances.one', menuPath: '/projects' },
      },
      {
        path: 'projects/:project/cronjobs/new',
        name: 'newCronJob',
        component: () => import('../features/cron-jobs/CronJobFormPage.vue'),
        props: ({ params, query }) => ({ project: String(params['project']), copy: copied(query) }),
        meta: { title: 'cronJobs.create' },
      },
      {
        path: 'projects/:project/cronjobs/:cronJob',
        name: 'cronJob',
        component: () => import('../features/cron-jobs/CronJobPage.vue'),
        props: true,
        meta: { title: 'cronJobs.one' },
      },
      {
        path: 'projects/:project/cronjobs/:cronJob/edit',
        name: 'editCronJob',
        component: () => import('../features/cron-jobs/CronJobFormPage.vue'),
        props: true,
        meta: { title: 'cronJobs.edit' },
      },
      {
        path: 'groups',
        name: 'groups',
        component: () => import('../features/access/GroupsPage.vue'),
        meta: { title: 'groups.title', requires: needs(endpoints.listGroups) },
      },
      {
        path: 'groups/:name',
        name: 'group',
        component: () => import('../features/access/GroupPage.vue'),
        props: true,
        meta: { title: 'groups.title', requires: needs(endpoints.getGroup) },
      },
      {
        path: 'users/:name',
        name: 'user',
        component: () => import('../features/access/UserPage.vue'),
        props: true,
        meta: { title: 'users.title', requires: needs(endpoints.listGrants) },
      },
      {
        path: 'roles',
        name: 'roles',
        component: () => import('../features/access/roles/RolesPage.vue'),
        meta: { title: 'roles.title', requires: needs(endpoints.listRoles) },
      },
      {
        path: 'new-role',
        name: 'newRole',
        component: () => import('../features/access/roles/RolePage.vue'),
        props: ({ query }) => ({ from: typeof query['from'] === 'string' ? query['from'] : undefined }),
        meta: { title: 'roles.create', requires: needs(endpoints.createRole) },
      },
      {
        path: 'roles/:name',
        name: 'role',
        component: () => import('../features/access/roles/RolePage.vue'),
        props: true,
        meta: { title: 'roles.title', requires: needs(endpoints.getRole) },
      },
      {
        path: 'rights',
        name: 'rights',
        component: () => import('../features/access/RightsPage.vue'),
        meta: { title: 'rights.title', requires: needs(endpoints.explainRights) },
      },
      {
        path: 'grants',
        name: 'grants',
        component: () => import('../features/access/GrantsPage.vue'),
        meta: { title: 'grants.title', requires: needs(endpoints.listGrants) },
      },
      {
        path: 'audit',
        name: 'audit',
        component: () => import('../features/audit/AuditPage.vue'),
        meta: { title: 'auditLog.title', requires: needs(endpoints.listAudit) },
      },
      {
        path: 'profile',
        name: 'profile',
        component: () => import('../features/auth/ProfilePage.vue'),
        meta: { title: 'profile.title' },
      },
      {
        path: 'profile/tokens',
        name: 'ownTokens',
        component: () => import('../features/tokens/TokensPage.vue'),
        props: { isOwn: true },
        meta: { title: 'tokens.title' },
      },
      {
        path: 'tokens',
        name: 'tokens',
        component: () => import('../features/tokens/TokensPage.vue'),
        props: { isOwn: false },
        meta: { title: 'tokens.title', requires: needs(endpoints.listTokens) },
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
