import { operationEndpoints as endpoints, platformRight, type Endpoint } from '@pilothouse/contract';
import type { Authoriser } from '../../authz/authoriser.ts';
import type { Principal } from '../../authz/principal.ts';
import { AppError } from '../../http/app-error.ts';
import type { PageQuery } from '../../http/paging.ts';
import type { Operations } from '../../operations/operations.ts';
import type {
  OperationItemRow,
  OperationState,
  OperationsRepository,
  OperationSummary,
} from '../../operations/operations.repository.ts';

export interface OperationQuery extends PageQuery {
  q?: string | undefined;
  scope: 'own' | 'all';
  state?: OperationState | undefined;
}

/** Operations as their owners, and those who may see everybody's, see them. */
export class OperationsService {
  readonly #operations: Operations;
  readonly #repository: OperationsRepository;
  readonly #authoriser: Authoriser;

  constructor(operations: Operations, repository: OperationsRepository, authoriser: Authoriser) {
    this.#operations = operations;
    this.#repository = repository;
    this.#authoriser = authoriser;
  }

  list(principal: Principal, query: OperationQuery) {
    const { state, q, scope } = query;
    return this.#repository.page(query, {
      ...(scope === 'own' && { actorId: principal.userId }),
      ...(state !== undefined && { state }),
      ...(q !== undefined && { q }),
    });
  }

  /** Throws `notFound` for what is not there and for what is not the caller's alike. */
  async get(
    principal: Principal,
    id: string,
  ): Promise<OperationSummary & { items: Omit<OperationItemRow, 'input'>[] }> {
    const summary = await this.#visible(principal, id);
    const items = await this.#repository.items(id);
    return { ...summary, items: items.map(({ input: _input, ...item }) => item) };
  }

  async cancel(principal: Principal, id: string): Promise<OperationSummary> {
    await this.#visible(principal, id, endpoints.cancelOperation);
    await this.#operations.cancel(id);
    return this.get(principal, id);
  }

  /** The rights of each item are asked again, for whoever retries. */
  async retry(principal: Principal, id: string, address: string): Promise<OperationSummary> {
    await this.#visible(principal, id, endpoints.retryOperation);
    const { userId, username } = principal;
    return this.#visible(principal, await this.#operations.retry(id, { userId, username, address }));
  }

  /** Others' are seen with the right to see all, and acted on with the right to that act. */
  async #visible(
    principal: Principal,
    id: string,
    act: Pick<Endpoint, 'method' | 'path'> = endpoints.listOperations,
  ): Promise<OperationSummary> {
    const found = await this.#repository.find(id);
    if (found === undefined) throw new AppError('notFound');
    if (found.actorId === principal.userId) return found.summary;
    const decision = await this.#authoriser.authorise(principal, [platformRight(act.method, act.path)]);
    if (!decision.allowed) throw new AppError('notFound');
    return found.summary;
  }
}
