import type { Endpoint } from '@pilothouse/contract';
import type { Authoriser } from '../../authz/authoriser.ts';
import type { Call, Handler } from '../../http/mount.ts';
import type { InstanceRepository } from './instance.repository.ts';

/** What a call is about, by the ids in its address and the name that it gives to what it makes. */
interface About {
  project?: string;
  application?: string;
  instance?: string;
}

/** Names for the audit log, where addresses have ids: `acme.games.shop.cart`, of an instance `acme.games.shop.cart/main`. */
export class AuditedNames {
  readonly #authoriser: Pick<Authoriser, 'policies'>;
  readonly #instances: InstanceRepository;

  constructor(authoriser: Pick<Authoriser, 'policies'>, instances: InstanceRepository) {
    this.#authoriser = authoriser;
    this.#instances = instances;
  }

  /** Notes the name before the handler runs, so that a failure tells it too; what is unknown keeps its id. */
  noting<E extends Endpoint>(handler: Handler<E>, nameOfNew?: (call: Call<E>) => string): Handler<E> {
    const noting = async (call: Call<E>) => {
      const name = await this.#nameOf(call.params as About, nameOfNew?.(call));
      if (name !== null) call.noteAudit({ target: { name } });
      return handler(call);
    };
    return noting as Handler<E>;
  }

  async #nameOf({ project, application, instance }: About, made: string | undefined): Promise<string | null> {
    const path = (await this.#authoriser.policies()).tree.pathOf(application ?? project ?? '');
    if (path === '') return null;
    if (made !== undefined) return application === undefined ? `${path}.${made}` : `${path}/${made}`;
    if (instance === undefined) return path;
    const row = await this.#instances.find(instance);
    return row === null || row.applicationId !== application ? null : `${path}/${row.name}`;
  }
}
