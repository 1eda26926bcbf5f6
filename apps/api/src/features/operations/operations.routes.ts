import { operationEndpoints as endpoints } from '@pilothouse/contract';
import { mount, type ApiRouter } from '../../http/mount.ts';
import type { Operations } from '../../operations/operations.ts';
import type { LiveTopics } from '../../ws/live-topics.ts';
import type { OperationsService } from './operations.service.ts';

export function mountOperations(api: ApiRouter, operations: OperationsService): void {
  mount(api, endpoints.listOperations, ({ principal, query }) => operations.list(principal, query));
  mount(api, endpoints.getOperation, ({ principal, params }) => operations.get(principal, params.operation));
  mount(api, endpoints.getOperationRequest, ({ principal, params }) =>
    operations.request(principal, params.operation),
  );
  mount(api, endpoints.listOperationItems, ({ principal, params, query }) =>
    operations.items(principal, params.operation, query),
  );
  mount(api, endpoints.cancelOperation, ({ principal, params }) =>
    operations.cancel(principal, params.operation),
  );
  mount(api, endpoints.retryOperation, ({ principal, params, address }) =>
    operations.retry(principal, params.operation, address),
  );
}

/** The same, live: read again at each change, whichever replica made it. */
export function addOperationTopics(
  topics: LiveTopics,
  service: OperationsService,
  operations: Operations,
): void {
  topics.add(endpoints.listOperations, {
    read: ({ principal, query }) => service.list(principal, query),
    watch: ({ principal, query }, changed) =>
      operations.onChange(({ actorId }) => {
        // most tabs watch their user's own: another's batch costs them no read
        const isOwn = actorId === undefined || actorId === null || actorId === principal.userId;
        if (isOwn || query.scope === 'all') changed();
      }),
  });
  const watchOne = (id: string, changed: () => void) =>
    operations.onChange((change) => {
      if (change.id === id) changed();
    });
  topics.add(endpoints.getOperation, {
    read: ({ principal, params }) => service.get(principal, params.operation),
    watch: ({ params }, changed) => watchOne(params.operation, changed),
  });
  topics.add(endpoints.listOperationItems, {
    read: ({ principal, params, query }) => service.items(principal, params.operation, query),
    watch: ({ params }, changed) => watchOne(params.operation, changed),
  });
}
