import { once } from 'node:events';
import { endpoints, type TicketRequest } from '@pilothouse/contract';
import type { ApiClient } from './api.ts';

type Place = Omit<Extract<TicketRequest, { purpose: 'exec' }>, 'purpose'>;

/** A shell without a browser; what it prints is not looked at. */
export interface ApiShell {
  type: (line: string) => void;
}

/** Opens a shell and waits until it has started. It ends with the platform. */
export async function openApiShell(url: string, api: ApiClient, place: Place): Promise<ApiShell> {
  const ticket = await api.call(endpoints.createTicket, { body: { purpose: 'exec', ...place } });
  const socket = new WebSocket(`${url.replace('http', 'ws')}${ticket.url}`, { headers: { origin: url } });
  await once(socket, 'open');
  const started = new Promise<void>((settle, fail) => {
    socket.addEventListener('message', ({ data }) => {
      if (typeof data !== 'string') return;
      const message = JSON.parse(data);
      if (message.type === 'started') settle();
      if (message.type === 'end') fail(new Error(`The shell has ended: ${data}`));
    });
  });
  socket.send(JSON.stringify({ type: 'start', columns: 80, rows: 24 }));
  await started;
  return { type: (line) => socket.send(new TextEncoder().encode(`${line}\n`)) };
}
