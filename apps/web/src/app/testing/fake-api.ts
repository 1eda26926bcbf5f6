import type { Endpoint } from '@pilothouse/contract';
import { flushPromises } from '@vue/test-utils';
import { ref } from 'vue';
import type { LiveQuestion, LiveServerMessage } from '../../api/live-client.ts';
import type { LooseInput } from '../../api/send.ts';

/**
 * The platform as a page sees it, without a network: answers by endpoint, and the live socket's subscriptions. A test
 * puts it in place of the two modules that reach the network:
 *
 *     vi.mock('../api/call.ts', () => import('../app/testing/fake-api.ts'));
 *     vi.mock('../api/live.ts', () => import('../app/testing/fake-api.ts'));
 */
const answers = new Map<string, (input: LooseInput) => unknown>();

/** What was asked, oldest first. */
export const calls: { endpoint: string; input: LooseInput }[] = [];

/** Says what an endpoint answers; a thrown error is its refusal. */
export function answer(endpoint: { id: string }, give: (input: LooseInput) => unknown): void {
  answers.set(endpoint.id, give);
}

/** In place of `call`: an endpoint without an answer never answers. */
export async function call(endpoint: Endpoint, input: LooseInput): Promise<unknown> {
  calls.push({ endpoint: endpoint.id, input });
  const give = answers.get(endpoint.id);
  return give === undefined ? new Promise(() => undefined) : give(input);
}

export interface Subscription {
  question: LiveQuestion;
  hear: (message: LiveServerMessage) => void;
  ended: boolean;
}

export const subscriptions: Subscription[] = [];
export const isConnected = ref<boolean | null>(true);
export const onLiveEnd = () => () => true;
export const closeLive = () => undefined;
export const liveClient = () => ({
  subscribe(question: LiveQuestion, hear: Subscription['hear']) {
    const subscription = { question, hear, ended: false };
    subscriptions.push(subscription);
    return () => (subscription.ended = true);
  },
});

/** The open subscription to an endpoint, the newest where there are several. */
export function asked(endpoint: { id: string }, matches: (question: LiveQuestion) => boolean = () => true) {
  const found = subscriptions.findLast(
    ({ question, ended }) => question.endpoint === endpoint.id && !ended && matches(question),
  );
  if (found === undefined) throw new Error(`${endpoint.id} is not asked for`);
  return found;
}

/** Sends a message to a subscription, and waits until the page has drawn what follows. */
export async function tell(subscription: Subscription, message: object): Promise<void> {
  subscription.hear({ id: 1, ...message } as LiveServerMessage);
  await flushPromises();
}

/** A message with a list of the platform's or of a cluster's. */
export const snapshotOf = (items: readonly unknown[], more: object = {}) => ({
  type: 'snapshot',
  data: {
    items,
    total: items.length,
    page: 1,
    pageSize: 50,
    asOf: new Date().toISOString(),
    state: 'live',
    narrowedTo: null,
    problems: [],
    ...more,
  },
});

export function forget(): void {
  answers.clear();
  calls.length = 0;
  subscriptions.length = 0;
}
