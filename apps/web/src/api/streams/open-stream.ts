import { endpoints, type TicketRequest } from '@pilothouse/contract';
import { call } from '../call.ts';

/** A socket of the platform for what the ticket request names; the ticket is fresh, good once and for 30 s. */
export async function openStream(request: TicketRequest): Promise<WebSocket> {
  const { url } = await call(endpoints.createTicket, { body: request });
  const absolute = new URL(url, window.location.href);
  absolute.protocol = absolute.protocol === 'https:' ? 'wss:' : 'ws:';
  return new WebSocket(absolute);
}

/** Saves what a download ticket opens; the browser fetches it itself, so size doesn't matter. */
export async function download(what: Extract<TicketRequest, { purpose: 'download' }>['what']): Promise<void> {
  const { url } = await call(endpoints.createTicket, { body: { purpose: 'download', what } });
  const link = document.createElement('a');
  link.href = url;
  link.download = '';
  link.click();
}
