import type { endpoints, InputOf, OutputOf } from '@pilothouse/contract';
import type { Authoriser } from '../../authz/authoriser.ts';
import type { Principal } from '../../authz/principal.ts';
import type { Database } from '../../db/database.ts';
import { AppError } from '../../http/app-error.ts';
import type { ProjectNamespaces } from '../../projects/project-namespaces.repository.ts';
import { drawSecret } from './signature.ts';
import type { WebhookRepository, WebhookRow } from './webhook.repository.ts';

type Wish = InputOf<typeof endpoints.createWebhook>['body'];
type WebhookView = OutputOf<typeof endpoints.updateWebhook>;

/** Which webhook: the application is part of its address, rights are asked there. */
export interface WebhookRef {
  application: string;
  webhook: string;
}

export interface WebhookServiceOptions {
  database: Database;
  authoriser: Pick<Authoriser, 'policies'>;
  namespaces: ProjectNamespaces;
  webhooks: WebhookRepository;
}

/** Of one application. */
const mostWebhooks = 20;

/** Webhooks of applications. Whoever saves one, or gives it a secret, is whose rights it acts with. */
export class WebhookService {
  readonly #options: WebhookServiceOptions;

  constructor(options: WebhookServiceOptions) {
    this.#options = options;
  }

  async list(application: string): Promise<WebhookView[]> {
    return (await this.#options.webhooks.list(application)).map(viewOf);
  }

  /** Throws `notFound`. */
  async find({ application, webhook }: WebhookRef): Promise<WebhookRow> {
    const row = await this.#options.webhooks.find(webhook);
    if (row === null || row.applicationId !== application) throw new AppError('notFound');
    return row;
  }

  /** Throws `notFound` without the application, `invalidField` for a namespace that is not its project's, `tooManyWebhooks`. */
  async create(
    { userId }: Principal,
    application: string,
    settings: Wish,
  ): Promise<{ webhook: WebhookView; secret: string }> {
    const { database, webhooks } = this.#options;
    await this.#requirePlace(application, settings);
    const secret = drawSecret(settings.sender);
    const id = await database.transaction(async (queries) => {
      if ((await webhooks.count(queries, application)) >= mostWebhooks)
        throw new AppError('tooManyWebhooks', { limit: mostWebhooks });
      return webhooks.create(queries, { applicationId: application, settings, makerId: userId, secret });
    });
    return { webhook: viewOf(await this.find({ application, webhook: id })), secret };
  }

  /** Throws `notFound`, or `invalidField` for a namespace that is not the project's. */
  async update({ userId }: Principal, ref: WebhookRef, settings: Wish): Promise<WebhookView> {
    const { id, sender } = await this.find(ref);
    await this.#requirePlace(ref.application, settings);
    // its secret is in the form of the sender that it was made for
    if (settings.sender !== sender) throw invalid('body.sender', 'immutable');
    await this.#options.webhooks.update(id, settings, userId);
    return viewOf(await this.find(ref));
  }

  /** The new secret. Throws `notFound`. */
  async rotate({ userId }: Principal, ref: WebhookRef): Promise<string> {
    const { id, sender } = await this.find(ref);
    const secret = drawSecret(sender);
    await this.#options.webhooks.setSecret(id, secret, userId);
    return secret;
  }

  /** Throws `notFound`. */
  async remove(ref: WebhookRef): Promise<void> {
    const { id } = await this.find(ref);
    await this.#options.webhooks.remove(id);
  }

  async #requirePlace(application: string, { rule }: Wish): Promise<void> {
    const { authoriser, namespaces } = this.#options;
    const { tree } = await authoriser.policies();
    const [, project] = tree.lineOf(application);
    if (project === undefined) throw new AppError('notFound');
    if ((await namespaces.find(rule.namespaceId))?.projectId !== project)
      throw invalid('body.rule.namespaceId', 'unknown');
  }
}

function invalid(field: string, reason: string): AppError {
  return new AppError('invalidField', { field, reason }, field);
}

function viewOf({ id, name, sender, isEnabled, rule, ...row }: WebhookRow): WebhookView {
  return {
    id,
    name,
    sender,
    isEnabled,
    rule,
    maker: row.maker.username,
    instances: row.made,
    createdAt: row.createdAt.toISOString(),
    lastDeliveryAt: row.lastDeliveryAt?.toISOString() ?? null,
    refusedCalls: row.refusedCalls,
  };
}
