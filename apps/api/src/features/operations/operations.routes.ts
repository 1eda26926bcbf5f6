import { operationEndpoints as endpoints } from '@pilothouse/contract';
import { mount, type ApiRouter } from '../../http/mount.ts';
import type { Operations } from '../../operations/operations.ts';
import type { LiveTopics } from '../../ws/live-topics.ts';
import type { OperationsService } from './operations.service.ts';

export function mountOperations(api: ApiRouter, operations: OperationsService): void {
  mount(api, endpoints.listOperations, ({ principal, query }) => operations.list(principal, query));
  mount(api, endpoints.getOperation, ({ principal, params }) => operations.get(principal, params.operation));
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
    watch: (_call, changed) => operations.onChange(changed),
  });
  topics.add(endpoints.getOperation, {
    read: ({ principal, params }) => service.get(principal, params.operation),
    watch: ({ params }, changed) =>
      operations.onChange((id) => {
        if (id === params.operation) changed();
      }),
  });
}
