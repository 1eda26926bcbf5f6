import { endpoints, type Endpoint } from '@pilothouse/contract';
import type { AuditTrail } from '../../audit/audit-trail.ts';
import type { Authoriser } from '../../authz/authoriser.ts';
import { AppError } from '../../http/app-error.ts';
import { outcomeOf } from '../../http/mount.ts';
import { rightsOf } from './delivery.service.ts';
import type { Instances } from './instances.ts';
import type { DueInstance, MadeInstances } from './made-instance.repository.ts';

export interface RemovalOptions {
  authoriser: Pick<Authoriser, 'require'>;
  audit: Pick<AuditTrail, 'begin'>;
  instances: Pick<Instances, 'remove'>;
  made: MadeInstances;
}

/** What could not be removed is tried again after so long. */
const againMs = 3_600_000;

/** Removes instances whose branch or tag was deleted long enough ago; of all processes one does each. */
export class Removal {
  readonly #options: RemovalOptions;

  constructor(options: RemovalOptions) {
    this.#options = options;
  }

  /** All whose time has come by `now`. Rejects where something unforeseen is in the way. */
  async sweep(now: Date): Promise<void> {
    for (;;) {
      const due = await this.#options.made.takeDue(now, againMs);
      if (due === null) return;
      await this.#remove(due);
    }
  }

  /** With the rights that the webhook's maker has now. */
  async #remove({ id, instanceId, name, webhook, applicationId, maker }: DueInstance): Promise<void> {
    const { authoriser, audit, instances, made } = this.#options;
    const entry = await audit.begin({
      principal: maker,
      code: 'webhook.remove',
      target: { resource: 'instance', name },
      params: { webhook },
      address: '',
    });
    try {
      await authoriser.require(maker, rightsOf(endpoints.deleteInstance as Endpoint, applicationId));
      await instances.remove({ application: applicationId, instance: instanceId }, false);
      await made.setRemoveAt([id], null);
      await entry.end({ outcome: 'succeeded' });
    } catch (error) {
      await entry.end(outcomeOf(error));
      if (!(error instanceof AppError)) throw error;
    }
  }
}
