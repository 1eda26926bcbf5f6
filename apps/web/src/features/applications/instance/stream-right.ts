import { resourceRightAlongTree, type Requirement } from '@pilothouse/contract';

/** What is opened of a Pod of an application. */
export const podViews = ['log', 'shell', 'ports'] as const;
export type PodView = (typeof podViews)[number];

const rights = {
  log: ['get', 'log'],
  shell: ['create', 'exec'],
  ports: ['create', 'portforward'],
} as const satisfies Record<PodView, readonly [string, string]>;

/** What a log, a shell or an open port of an application's Pods needs. */
export function streamRight(application: string, view: PodView): Requirement {
  const [verb, subresource] = rights[view];
  return resourceRightAlongTree(application, 'pods', verb, subresource);
}
