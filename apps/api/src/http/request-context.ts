import type { IncomingMessage } from 'node:http';
import type { Express, RequestHandler } from 'express';
import { newId } from '../db/ids.ts';
import { AppError } from './app-error.ts';

type Trusts = (address: string, hop: number) => boolean;

/** IPv4 as IPv4, also where the socket is IPv6. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '');
}

/**
 * The client's address: the nearest one in `X-Forwarded-For` that no trusted proxy stands for. Also for upgrade
 * requests, which Express does not see.
 */
export function addressReader(app: Express): (request: IncomingMessage) => string {
  return (request) => {
    const trusts = app.get('trust proxy fn') as Trusts;
    const forwarded = String(request.headers['x-forwarded-for'] ?? '').split(',');
    const hops = [
      ...forwarded.map((hop) => hop.trim()).filter((hop) => hop !== ''),
      request.socket.remoteAddress ?? '',
    ];
    hops.reverse();
    const client = hops.find((hop, index) => index === hops.length - 1 || !trusts(hop, index));
    return plain(client ?? '').slice(0, 64);
  };
}

/** Gives each request its id, told in `X-Request-Id` and in errors, and its caller's address. */
export function requestContext(addressOf: (request: IncomingMessage) => string): RequestHandler {
  return (req, res, next) => {
    res.locals.requestId = newId();
    res.locals.address = addressOf(req);
    res.set('X-Request-Id', res.locals.requestId);
    // no client sends a fragment; what is behind it would be lost without a word
    if (req.url.includes('#')) throw new AppError('invalid', { reason: 'the path holds a #' });
    next();
  };
}
