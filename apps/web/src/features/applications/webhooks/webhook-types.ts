import type { endpoints, OutputOf } from '@pilothouse/contract';

export type Webhook = OutputOf<typeof endpoints.listWebhooks>['webhooks'][number];
export type Delivery = OutputOf<typeof endpoints.listWebhookDeliveries>['deliveries'][number];
export type Tried = OutputOf<typeof endpoints.tryWebhook>;
