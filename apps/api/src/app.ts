import compression from 'compression';
import express, { type Express } from 'express';
import helmet from 'helmet';
import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { Database } from './db/database.ts';
import { compressionOptions } from './http/compression.ts';
import { errorHandler, notFound } from './http/error-handler.ts';
import { mountHealth } from './http/health.ts';
import type { HostDoor } from './http/host-door.ts';
import type { Metrics } from './http/metrics.ts';
import type { ApiRouter } from './http/mount.ts';
import { addressReader, requestContext } from './http/request-context.ts';
import { mountSpa } from './http/spa.ts';

export interface AppParts {
  config: Pick<Config, 'publicUrl' | 'trustedProxies' | 'metricsToken'>;
  api: ApiRouter;
  database: Database;
  metrics: Metrics;
  log: Logger;
  /** Host names that are not the platform's. */
  hosts: readonly HostDoor[];
  spaFolder: string;
  isStopping: () => boolean;
}

/** The HTTP side of the platform: middleware in its order, routers, the error handler last. */
export function createApp(parts: AppParts): Express {
  const { config, api, database, metrics, log, hosts, spaFolder, isStopping } = parts;
  const app = express();
  app.disable('x-powered-by');
  // answers are not stored anywhere; files have their own
  app.disable('etag');
  app.set('trust proxy', config.trustedProxies.length === 0 ? false : config.trustedProxies);
  app.use((req, res, next) => {
    const door = hosts.find((each) => each.owns(req.headers.host));
    if (door === undefined) next();
    else door.serve(req, res);
  });
  app.use(requestContext(addressReader(app)));
  app.use(metrics.timing);
  app.use(securityHeaders(config.publicUrl));
  app.use(compression(compressionOptions));
  mountHealth(app, database, isStopping);
  metrics.mount(app, config.metricsToken);
  app.use('/api/v1', (_req, res, next) => void (res.set('Cache-Control', 'no-store'), next()), api.router);
  mountSpa(app, spaFolder, config.publicUrl);
  app.use(notFound);
  app.use(errorHandler(log));
  return app;
}

function securityHeaders(publicUrl: string) {
  const secure = publicUrl.startsWith('https:');
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        // ant-design-vue and xterm write their styles at run time
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'", publicUrl.replace(/^http/, 'ws').replace(/\/+$/, '')],
        workerSrc: ["'self'", 'blob:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: secure,
    // only sensible where the page itself comes over https
    crossOriginOpenerPolicy: secure,
    originAgentCluster: secure,
    referrerPolicy: { policy: 'no-referrer' },
  });
}
