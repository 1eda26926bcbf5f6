import {
  operationEndpoints as endpoints,
  platformRight,
  type Endpoint,
  type InputOf,
} from '@pilothouse/contract';
import type { Authoriser } from '../../authz/authoriser.ts';
import type { Principal } from '../../authz/principal.ts';
import { AppError } from '../../http/app-error.ts';
import type { OperationOptions, OperationRequested } from '../../operations/operation-handler.ts';
import type { Operations } from '../../operations/operations.ts';
import type { OperationDetail, OperationsRepository } from '../../operations/operations.repository.ts';
import type { OperationSummary } from '../../operations/operation-views.ts';

type ListQuery = InputOf<typeof endpoints.listOperations>['query'];
type ItemQuery = InputOf<typeof endpoints.listOperationItems>['query'];
type OperationView = OperationSummary &
  OperationDetail['retry'] & { options: OperationOptions; repeatable: boolean };

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

  /** What the platform does by itself is nobody's: who may see everybody's sees it among their own. */
  async list(principal: Principal, query: ListQuery) {
    const { state, q, scope } = query;
    const own = async () => ((await this.#may(principal)) ? [principal.userId, null] : [principal.userId]);
    return this.#repository.page(query, {
      ...(scope === 'own' && { actorIds: await own() }),
      ...(state !== undefined && { state }),
      ...(q !== undefined && { q }),
    });
  }

  /** Throws `notFound` for what is not there and for what is not the caller's alike. */
  async get(principal: Principal, id: string): Promise<OperationView> {
    return this.#visible(principal, id);
  }

  /** Throws as {@link get}, and where it cannot be said. */
  async request(principal: Principal, id: string): Promise<OperationRequested> {
    const { kind } = await this.#visible(principal, id);
    const input = (await this.#repository.find(id))?.input ?? null;
    if (input === null || !this.#operations.isRepeatable(kind)) throw new AppError('notFound');
    const request = this.#operations.requestOf(kind, input, await this.#repository.inputsOf(id));
    if (request === undefined) throw new AppError('notFound');
    return request;
  }

  /** Throws as {@link get}. */
  async items(principal: Principal, id: string, query: ItemQuery) {
    await this.#visible(principal, id);
    const { parent = null, state, q } = query;
    return this.#repository.itemPage(id, query, {
      parentId: parent,
      ...(state !== undefined && { state }),
      ...(q !== undefined && { q }),
    });
  }

  async cancel(principal: Principal, id: string): Promise<OperationView> {
    await this.#visible(principal, id, endpoints.cancelOperation);
    await this.#operations.cancel(id);
    return this.get(principal, id);
  }

  /** The rights of each item are asked again, for whoever retries. */
  async retry(principal: Principal, id: string, address: string): Promise<OperationView> {
    await this.#visible(principal, id, endpoints.retryOperation);
    const { userId, username } = principal;
    return this.get(principal, await this.#operations.retry(id, { userId, username, address }));
  }

  /** Others' are seen with the right to see all, and acted on with the right to that act. */
  async #visible(
    principal: Principal,
    id: string,
    act: Pick<Endpoint, 'method' | 'path'> = endpoints.listOperations,
  ): Promise<OperationView> {
    const found = await this.#repository.find(id);
    if (found === undefined) throw new AppError('notFound');
    if (found.actorId !== principal.userId && !(await this.#may(principal, act)))
      throw new AppError('notFound');
    const { kind } = found.summary;
    const options = this.#operations.optionsOf(kind, found.input);
    const repeatable = found.input !== null && this.#operations.isRepeatable(kind);
    return { ...found.summary, ...found.retry, options, repeatable };
  }

  async #may(
    principal: Principal,
    { method, path }: Pick<Endpoint, 'method' | 'path'> = endpoints.listOperations,
  ): Promise<boolean> {
    return (await this.#authoriser.authorise(principal, [platformRight(method, path)])).allowed;
  }
}
