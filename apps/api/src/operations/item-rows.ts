import type { Prisma } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import type { NewItem } from './operation-handler.ts';
import type { StoredInputs } from './stored-inputs.ts';

/** Where an item is added. */
export interface NewItemPlace {
  /** The item it is a part of. */
  parentId: string | null;
  sealed: boolean;
}

/** The row of an item that is added. */
export function newItemRow(
  inputs: StoredInputs,
  { operationId, parentId, position, sealed }: NewItemPlace & { operationId: string; position: number },
  { target, input, ended }: NewItem<unknown>,
) {
  const id = newId();
  return {
    id,
    operationId,
    parentId,
    position,
    target,
    ...inputs.columnsOf('operation_items', id, input, sealed),
    state: ended?.state ?? 'queued',
    ...(ended && { result: { code: ended.code, params: ended.params ?? {} }, endedAt: new Date() }),
  } satisfies Prisma.OperationItemCreateManyInput;
}
