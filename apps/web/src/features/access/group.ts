import type { endpoints, OutputOf } from '@pilothouse/contract';

export type Group = OutputOf<typeof endpoints.getGroup>;
