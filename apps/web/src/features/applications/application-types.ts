import type { ApplicationSpec, endpoints, InstanceSpec, OutputOf } from '@pilothouse/contract';

export type Project = OutputOf<typeof endpoints.listProjects>['projects'][number];
export type ProjectDetail = OutputOf<typeof endpoints.getProject>;
export type ProjectNamespace = ProjectDetail['openNamespaces'][number];
export type Registry = OutputOf<typeof endpoints.listRegistries>['registries'][number];
export type Application = OutputOf<typeof endpoints.listApplications>['applications'][number];
export type ApplicationDetail = OutputOf<typeof endpoints.getApplication>;
export type ApplicationPlan = OutputOf<typeof endpoints.planApplication>;
export type Instance = OutputOf<typeof endpoints.listInstances>['instances'][number];
export type InstanceDetail = OutputOf<typeof endpoints.getInstance>;
export type InstancePlan = OutputOf<typeof endpoints.planInstance>;
export type AdoptionPlan = OutputOf<typeof endpoints.planAdoption>;
export type MovePlan = OutputOf<typeof endpoints.planInstanceMove>;
export type InstanceVersion = OutputOf<typeof endpoints.listInstanceVersions>['versions'][number];
export type UnitPod = OutputOf<typeof endpoints.listInstancePods>['pods'][number];
export type { ApplicationSpec, InstanceSpec };
