import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import express, { type Express, type Request, type RequestHandler } from 'express';

/** Where the production build of the SPA lies. */
export const spaFolder = path.join(import.meta.dirname, '../../../web/dist');

/** Serves the SPA: what the build named by its hash for ever, `index.html` for every page and never from a cache. */
export function mountSpa(app: Express, folder: string, publicUrl: string): void {
  const index = path.join(folder, 'index.html');
  const assets = { immutable: true, maxAge: '365d', index: false, fallthrough: false } as const;
  app.use(
    '/assets',
    compressed(path.join(folder, 'assets')),
    express.static(path.join(folder, 'assets'), assets),
  );
  app.use(express.static(folder, { index: false, maxAge: 0 }));
  app.get('/{*page}', (req, res, next) => {
    if (!req.accepts('html') || req.path.startsWith('/api/') || !existsSync(index)) return next();
    const elsewhere = properAddress(req, publicUrl);
    if (elsewhere !== undefined) return res.redirect(elsewhere);
    res.set('Cache-Control', 'no-cache').sendFile(index);
  });
}

const endings = { br: '.br', gzip: '.gz' } as const;

/** Hands on what the build has compressed (`apps/web/vite-compressed.ts`); without it each visitor costs it anew. */
function compressed(folder: string): RequestHandler {
  const names = new Set(existsSync(folder) ? readdirSync(folder) : []);
  return (req, res, next) => {
    const name = req.path.slice(1);
    // the smaller first: browsers name it last, and mean no order
    const encoding = (['br', 'gzip'] as const).find(
      (each) => names.has(name + endings[each]) && req.acceptsEncodings(each) === each,
    );
    if (encoding !== undefined) {
      res.type(path.extname(name)).vary('Accept-Encoding').set('Content-Encoding', encoding);
      req.url = req.url.replace(req.path, req.path + endings[encoding]);
    }
    next();
  };
}

/**
 * `localhost` and `127.0.0.1` are two origins to a browser, and only one is allowed: whoever typed the other is sent
 * there.
 */
function properAddress(req: Request, publicUrl: string): string | undefined {
  const wanted = new URL(publicUrl);
  const typed = URL.parse(`${wanted.protocol}//${req.headers.host ?? ''}`);
  const loopback = ['localhost', '127.0.0.1', '[::1]'];
  if (typed === null || typed.host === wanted.host || typed.port !== wanted.port) return undefined;
  if (!loopback.includes(typed.hostname) || !loopback.includes(wanted.hostname)) return undefined;
  return new URL(req.originalUrl.replace(/^\/+/, '/'), wanted).href;
}
