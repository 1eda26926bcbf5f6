import type { TicketRequest } from '@pilothouse/contract';
import { beforeEach, expect, test } from 'vitest';
import type { Refusal } from '../../ws/stream-guard.ts';
import { TicketsService, ticketLifetimeMs, type RefusedTicket } from './tickets.service.ts';
import type { TicketRow } from './tickets.repository.ts';

const principal = { userId: 'u', username: 'ada', sessionId: 's', mustChangePassword: false };
const place = { cluster: 'one', namespace: 'shop', pod: 'web-0', container: 'web' };
const request: TicketRequest = { purpose: 'log', ...place };

let now: number;
let refusal: Refusal | undefined;
let refused: RefusedTicket[];
let service: TicketsService;

beforeEach(() => {
  now = Date.now();
  refusal = undefined;
  refused = [];
  const rows = new Map<string, TicketRow>();
  service = new TicketsService({
    store: {
      insert: async ({ tokenHash, ...row }) =>
        void rows.set(tokenHash, { ...row, username: 'ada', usedAt: null }),
      take: async (hash, at) => {
        const ticket = rows.get(hash);
        const taken = ticket !== undefined && ticket.usedAt === null && ticket.expiresAt > at;
        if (taken) ticket.usedAt = at;
        return { taken, ticket };
      },
    },
    rights: { refusal: async () => refusal },
    checkRoom: () => undefined,
    onRefused: async (attempt) => void refused.push(attempt),
    now: () => now,
  });
});

const use = (token: string, over: object = {}) =>
  service.redeem({ token, purpose: 'log', place, address: '::1', requestId: 'r', ...over });

test('opens once what it was made for', async () => {
  const { ticket, url } = await service.create(principal, request);
  expect(url).toBe(`/api/v1/log?ticket=${ticket}&cluster=one&namespace=shop&pod=web-0&container=web`);
  await expect(use(ticket)).resolves.toMatchObject({ principal: { userId: 'u', sessionId: 's' }, request });
  await expect(use(ticket)).rejects.toMatchObject({ code: 'badTicket', status: 401 });
  expect(refused).toMatchObject([{ principal: { username: 'ada' }, error: { code: 'badTicket' } }]);
});

test('is worth nothing after its time, or invented', async () => {
  const { ticket } = await service.create(principal, request);
  now += ticketLifetimeMs;
  await expect(use(ticket)).rejects.toMatchObject({ code: 'badTicket' });
  await expect(use('x'.repeat(43))).rejects.toMatchObject({ code: 'badTicket' });
  expect(refused).toHaveLength(2);
});

test.each([
  ['another purpose', { purpose: 'exec' }],
  ['another pod', { place: { ...place, pod: 'web-1' } }],
  ['another cluster', { place: { ...place, cluster: 'two' } }],
  ['no pod named', { place: {} }],
  ['something besides', { place: { ...place, previous: 'true' } }],
])('%s: refused, and the ticket is gone', async (_name, over) => {
  const { ticket } = await service.create(principal, request);
  await expect(use(ticket, over)).rejects.toMatchObject({ code: 'ticketMismatch', status: 403 });
  await expect(use(ticket)).rejects.toMatchObject({ code: 'badTicket' });
});

test.each([
  ['sessionEnded', 'sessionEnded', 401],
  ['rightsLost', 'forbidden', 403],
] as const)('rights are asked again: %s', async (why, code, status) => {
  const { ticket } = await service.create(principal, request);
  refusal = why;
  await expect(use(ticket)).rejects.toMatchObject({ code, status });
});
