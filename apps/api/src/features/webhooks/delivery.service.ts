import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { endpoints, type Endpoint } from '@pilothouse/contract';
import type { Authoriser } from '../../authz/authoriser.ts';
import { newId } from '../../db/ids.ts';
import { AppError } from '../../http/app-error.ts';
import type { CallRate } from './call-rate.ts';
import { decide, failed, type Decision, type Result } from './decision.ts';
import type { DeliveryRepository, DeliveryRow } from './delivery.repository.ts';
import type { Instances } from './instances.ts';
import type { MadeInstances } from './made-instance.repository.ts';
import { eventOf, readPush, type Push } from './push.ts';
import { drawSecret, isSigned, type SignedBody } from './signature.ts';
import type { WebhookRepository, WebhookRow } from './webhook.repository.ts';

export interface DeliveryServiceOptions {
  authoriser: Pick<Authoriser, 'require'>;
  webhooks: WebhookRepository;
  deliveries: DeliveryRepository;
  made: MadeInstances;
  instances: Instances;
  rate: Pick<CallRate, 'admitSigned'>;
}

/** A delivery that takes longer has died. */
const longestMs = 30_000;
/** Senders wait ten seconds; the one before takes well below one. */
const patienceMs = 8000;
const askEveryMs = 50;
/** Who sends to a webhook that is not there waits for as long. */
const noSecret = drawSecret('generic');

/** Does what senders of pushes ask for, as the rules of webhooks say and as far as their makers may. */
export class DeliveryService {
  readonly #options: DeliveryServiceOptions;

  constructor(options: DeliveryServiceOptions) {
    this.#options = options;
  }

  /**
   * Throws `badSignature`, also where there is no such webhook; `payloadUnreadable`, `payloadFieldUnreadable`,
   * `deliveryRepeated`, or `tooManyAttempts` where there are too many, or others are being done. What fails after that is the delivery's result.
   */
  async receive(
    id: string,
    signed: SignedBody,
    known: (webhook: WebhookRow) => void,
  ): Promise<{ delivery: string; result: Result }> {
    const { rate, webhooks } = this.#options;
    const [webhook, secret] = [await webhooks.find(id), await webhooks.secretOf(id)];
    const isRight = isSigned(webhook?.sender ?? 'generic', secret ?? noSecret, signed);
    if (webhook === null || secret === null || !isRight) throw new AppError('badSignature');
    known(webhook);
    rate.admitSigned(id);
    const { headers, body } = signed;
    const push = readPush(
      webhook.sender,
      eventOf(webhook.sender, headers),
      Buffer.from(body).toString('utf8'),
    );
    return this.#alone(webhook, (now) => this.#deliver(now, push, digestOf(body)));
  }

  /** Throws `notFound`, or `tooManyAttempts`. */
  async repeat(webhook: WebhookRow, delivery: string): Promise<DeliveryRow> {
    const { deliveries } = this.#options;
    const earlier = await deliveries.find(webhook.id, delivery);
    if (earlier === null) throw new AppError('notFound');
    const { delivery: id } = await this.#alone(webhook, (now) => this.#deliver(now, earlier.push, null));
    const repeated = await deliveries.find(webhook.id, id);
    if (repeated === null) throw new AppError('notFound');
    return repeated;
  }

  /** What a pasted payload would come to now. Throws `payloadUnreadable` or `payloadFieldUnreadable`, of `body.payload`. */
  async try(webhook: WebhookRow, event: string, payload: string): Promise<{ result: Result; push: Push }> {
    const push = readPasted(webhook.sender, event, payload);
    // also before it is switched on
    const decided = this.#decided({ ...webhook, isEnabled: true }, push);
    return { result: await decided.then((decision) => decision.result, failed), push };
  }

  async #deliver(
    webhook: WebhookRow,
    push: Push,
    digest: string | null,
  ): Promise<{ delivery: string; result: Result }> {
    const { deliveries } = this.#options;
    const delivery = await deliveries.begin(webhook.id, digest, push);
    if (delivery === null) throw new AppError('deliveryRepeated');
    const result = await this.#decided(webhook, push)
      .then((decision) => this.#do(webhook, push, decision))
      .catch(failed);
    await deliveries.end(delivery, result);
    return { delivery, result };
  }

  /** With its maker's rights of this moment, on this application and no other. */
  async #decided(webhook: WebhookRow, push: Push): Promise<Decision> {
    const { authoriser } = this.#options;
    const decision = await decide(this.#options, webhook, push);
    const endpoint = endpointOf[decision.act.kind];
    if (endpoint !== null) await authoriser.require(webhook.maker, rightsOf(endpoint, webhook.applicationId));
    return decision;
  }

  async #do({ id, applicationId, name, maker, rule }: WebhookRow, push: Push, { act, result }: Decision) {
    const { instances, made } = this.#options;
    const reason = `${name}: ${push.kind} ${push.ref} ${push.commit?.slice(0, 12) ?? ''}`
      .trim()
      .slice(0, 500);
    switch (act.kind) {
      case 'nothing':
        return result;
      case 'remove':
        await made.setRemoveAt(act.ids, act.at);
        return result;
      case 'update': {
        const ref = { application: applicationId, instance: act.id };
        const { image = '' } = result.instance ?? {};
        await instances.change(maker, ref, { image }, reason, (queries) =>
          made.set(queries, id, { id: act.id, isMade: act.isMade }, push),
        );
        return result;
      }
      case 'create': {
        const { name: called = '', image = '' } = result.instance ?? {};
        const spec = endpoints.createInstance.body.shape.spec.parse({ image, replicas: rule.replicas });
        const body = { name: called, namespaceId: rule.namespaceId, spec, reason };
        const created = await instances.create(maker, applicationId, body, (queries, instance) =>
          made.set(queries, id, { id: instance, isMade: true }, push),
        );
        return { ...result, instance: { id: created.id, name: called, image } };
      }
    }
  }

  /** One delivery of a webhook at a time, over all processes; with the webhook as it is then. */
  async #alone<T>({ id }: WebhookRow, work: (webhook: WebhookRow) => Promise<T>): Promise<T> {
    const { webhooks } = this.#options;
    const by = newId();
    const until = Date.now() + patienceMs;
    while (!(await webhooks.take(id, by, longestMs))) {
      if (Date.now() > until) throw new AppError('tooManyAttempts', { seconds: longestMs / 1000 });
      await sleep(askEveryMs);
    }
    try {
      const webhook = await webhooks.find(id);
      if (webhook === null) throw new AppError('notFound');
      return await work(webhook);
    } finally {
      await webhooks.giveBack(id, by);
    }
  }
}

const endpointOf: Record<Decision['act']['kind'], Endpoint | null> = {
  nothing: null,
  create: endpoints.createInstance as Endpoint,
  update: endpoints.setInstanceImage as Endpoint,
  remove: endpoints.deleteInstance as Endpoint,
};

/** What is asked for on an application by an endpoint of its instances. */
export function rightsOf({ permission }: Endpoint, application: string) {
  return typeof permission === 'string' ? [] : permission({ params: { application } } as never);
}

/** Whoever pasted it sees beside it what is wrong with it. */
function readPasted(...[sender, event, text]: Parameters<typeof readPush>): Push {
  try {
    return readPush(sender, event, text);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, error.params, 'body.payload', { cause: error });
  }
}

function digestOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}
