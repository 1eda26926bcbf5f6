import { resourceRightAlongTree, type Requirement } from '@pilothouse/contract';

/** What a log or a shell of an application's Pods needs. */
export function streamRight(application: string, view: 'log' | 'shell'): Requirement {
  return view === 'log'
    ? resourceRightAlongTree(application, 'pods', 'get', 'log')
    : resourceRightAlongTree(application, 'pods', 'create', 'exec');
}
