/** A line a feature: what it exports under a name that ends in `Endpoints` is part of the contract. */
export * from './access.ts';
export * from './audit.ts';
export * from './auth.ts';
export * from './clusters.ts';
export * from './groups.ts';
export * from './kubeconfig.ts';
export * from './operations.ts';
export * from './platform.ts';
export * from './resources.ts';
export * from './search.ts';
export * from './roles.ts';
export * from './streams.ts';
export * from './write.ts';
export * from './history.ts';
export * from './manifests.ts';
export * from './templates.ts';
export * from './tasks.ts';
