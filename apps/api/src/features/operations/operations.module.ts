import type { Core } from '../../core.ts';
import type { Feature } from '../../feature.ts';
import { addOperationTopics, mountOperations } from './operations.routes.ts';
import { OperationsService } from './operations.service.ts';

/** Long work as people see it: list, detail, cancel, retry. */
export function build({ operations, operationRows, authoriser }: Core): Feature {
  const service = new OperationsService(operations, operationRows, authoriser);
  return {
    mount: (api) => mountOperations(api, service),
    topics: (topics) => addOperationTopics(topics, service, operations),
  };
}
