import type { Endpoint } from '@pilothouse/contract';
import type { Authoriser } from '../authz/authoriser.ts';
import type { Call, Handler } from '../http/mount.ts';

/** Ids in a call's address. */
type Ids = Readonly<Record<string, string | undefined>>;

/** What comes behind the node's path: `/main`; nothing where the node itself is meant, null where it is unknown. */
type Below = string | null;

/** Names for the audit log, where addresses have ids: `acme.games.shop.cart`, of an instance `acme.games.shop.cart/main`. */
export class AuditedNames {
  readonly #authoriser: Pick<Authoriser, 'policies'>;
  readonly #below: (ids: Ids) => Promise<Below>;

  /** @param below of what an address names below its node */
  constructor(authoriser: Pick<Authoriser, 'policies'>, below: (ids: Ids) => Promise<Below>) {
    this.#authoriser = authoriser;
    this.#below = below;
  }

  /** Notes the name before the handler runs, so that a failure tells it too; what is unknown keeps its id. */
  noting<E extends Endpoint>(
    handler: Handler<E>,
    below?: (call: Call<E>) => Below | Promise<Below>,
  ): Handler<E> {
    const noting = async (call: Call<E>) => {
      const ids = call.params as Ids;
      const { tree } = await this.#authoriser.policies();
      const path = tree.pathOf(ids['application'] ?? ids['project'] ?? '');
      const rest = path === '' ? null : await (below === undefined ? this.#below(ids) : below(call));
      if (rest !== null) call.noteAudit({ target: { name: `${path}${rest}`.slice(0, longestName) } });
      return handler(call);
    };
    return noting as Handler<E>;
  }
}

/** As an audit row has room for. */
const longestName = 253;
