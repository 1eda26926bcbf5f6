import type { CronJobSpec, endpoints, OutputOf } from '@pilothouse/contract';

export type CronJob = OutputOf<typeof endpoints.listCronJobs>['cronJobs'][number];
export type CronJobDetail = OutputOf<typeof endpoints.getCronJob>;
export type CronJobPlan = OutputOf<typeof endpoints.planCronJob>;
export type CronJobRun = OutputOf<typeof endpoints.listCronJobRuns>['runs'][number];
export type { CronJobSpec };
