import {
  endpoints,
  webhookResults,
  type ErrorCode,
  type OutputOf,
  type WebhookResultCode,
} from '@pilothouse/contract';
import type { Core } from '../../core.ts';
import { dayMs } from '../../db/retention.ts';
import type { Feature } from '../../feature.ts';
import { filled, sentence } from '../../http/app-error.ts';
import { mount, type Handler } from '../../http/mount.ts';
import { ProjectNamespaces } from '../../projects/project-namespaces.repository.ts';
import { CallRate } from './call-rate.ts';
import type { Result } from './decision.ts';
import { DeliveryRepository, type DeliveryRow } from './delivery.repository.ts';
import { DeliveryService } from './delivery.service.ts';
import type { Instances } from './instances.ts';
import { MadeInstances } from './made-instance.repository.ts';
import type { Push } from './push.ts';
import { Removal } from './removal.ts';
import { WebhookRepository } from './webhook.repository.ts';
import { WebhookService } from './webhook.service.ts';

type DeliveryView = OutputOf<typeof endpoints.repeatWebhookDelivery>;

/** A body is refused for so long, hence what came of it is known for as long. */
const keptDays = 7;
const sweepMs = 60_000;

/** Webhooks of applications: branches and tags that are pushed become instances. */
export function build(core: Core, instances: Instances): Feature {
  const { database, secrets, authoriser, audit, onError } = core;
  const webhooks = new WebhookRepository(database, secrets);
  const deliveries = new DeliveryRepository(database);
  const made = new MadeInstances(database);
  const namespaces = new ProjectNamespaces(database);
  const service = new WebhookService({ database, authoriser, namespaces, webhooks });
  const rate = new CallRate();
  const delivery = new DeliveryService({ authoriser, webhooks, deliveries, made, instances, rate });
  const removal = new Removal({ authoriser, audit, instances, made });
  let timer: NodeJS.Timeout | undefined;
  let sweeping: Promise<void> | undefined;
  const keepRefused = async () => {
    for (const [id, calls] of rate.takeRefused()) await webhooks.addRefused(id, calls);
  };
  const sweep = () => {
    sweeping ??= Promise.all([removal.sweep(new Date()), keepRefused()])
      .then(() => undefined)
      .catch(onError)
      .finally(() => (sweeping = undefined));
  };
  return {
    mount(api) {
      mount(api, endpoints.listWebhooks, async ({ params }) => {
        await keepRefused();
        return { webhooks: await service.list(params.application) };
      });
      mount(api, endpoints.createWebhook, ({ principal, params, body, res }) => {
        res.setHeader('Cache-Control', 'no-store');
        return service.create(principal, params.application, body);
      });
      mount(api, endpoints.updateWebhook, ({ principal, params, body, noteAudit }) => {
        noteAudit({ target: { name: body.name } });
        return service.update(principal, params, body);
      });
      mount(api, endpoints.rotateWebhookSecret, async ({ principal, params, res, noteAudit }) => {
        res.setHeader('Cache-Control', 'no-store');
        noteAudit({ target: { name: (await service.find(params)).name } });
        return { secret: await service.rotate(principal, params) };
      });
      mount(api, endpoints.deleteWebhook, async ({ params, noteAudit }) => {
        noteAudit({ target: { name: (await service.find(params)).name } });
        await service.remove(params);
      });
      mount(api, endpoints.tryWebhook, async ({ params, body, noteAudit }) => {
        const webhook = await service.find(params);
        noteAudit({ target: { name: webhook.name } });
        const { result, push } = await delivery.try(webhook, body.event, body.payload);
        return { ...resultView(result), change: changeView(push) };
      });
      mount(api, endpoints.listWebhookDeliveries, async ({ params, query }) => {
        const { rows, total } = await deliveries.page((await service.find(params)).id, query);
        return { deliveries: rows.map(deliveryView), total };
      });
      mount(api, endpoints.repeatWebhookDelivery, async ({ params, noteAudit }) => {
        const webhook = await service.find(params);
        noteAudit({ target: { name: webhook.name } });
        return deliveryView(await delivery.repeat(webhook, params.delivery));
      });
      const receive: Handler<typeof endpoints.receiveWebhook> = async ({ params, req, noteAudit }) => {
        const body = Buffer.isBuffer(req.body) ? req.body : Buffer.alloc(0);
        const signed = { headers: req.headers, body };
        const received = await delivery.receive(params.hook, signed, ({ name, maker }) =>
          noteAudit({ principal: maker, target: { name } }),
        );
        const { outcome, code } = received.result;
        noteAudit({ params: { result: code } });
        return { delivery: received.delivery, outcome, result: resultView(received.result).result };
      };
      mount(api, endpoints.receiveWebhook, receive, ({ params }, address) =>
        rate.admit(params.hook, address),
      );
    },
    retention: [{ keepMs: keptDays * dayMs, prune: (before, most) => deliveries.prune(before, most) }],
    start() {
      timer = setInterval(sweep, sweepMs);
      timer.unref();
      sweep();
    },
    async stop() {
      clearInterval(timer);
      await sweeping;
      await keepRefused();
    },
  };
}

function deliveryView({ id, at, push, isRepeat, result }: DeliveryRow): DeliveryView {
  return { id, at: at.toISOString(), isRepeat, change: changeView(push), ...resultView(result) };
}

function resultView({ outcome, code, params, instance }: Result) {
  const message =
    outcome === 'failed'
      ? sentence(code as ErrorCode, params)
      : filled(webhookResults[code as WebhookResultCode], params);
  return { outcome, instance, result: { code, params, message } };
}

function changeView({ event, repository, kind, ref, isDeleted, commit, committedAt }: Push) {
  return { event, repository, kind, ref, isDeleted, commit, committedAt };
}
