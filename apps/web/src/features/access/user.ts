import type { endpoints, OutputOf } from '@pilothouse/contract';

export type User = OutputOf<typeof endpoints.listUsers>['items'][number];
