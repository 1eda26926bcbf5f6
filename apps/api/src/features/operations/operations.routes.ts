import { operationEndpoints as endpoints } from '@pilothouse/contract';
import { mount, type ApiRouter } from '../../http/mount.ts';
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
