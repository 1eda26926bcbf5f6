import { createHash, timingSafeEqual } from 'node:crypto';
import type { Express, RequestHandler } from 'express';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

const sha256 = (text: string) => createHash('sha256').update(text).digest();

/** Prometheus metrics of the process; features add their own to `registry`. */
export class Metrics {
  readonly registry = new Registry();
  readonly #requests = new Histogram({
    name: 'pilothouse_http_request_duration_seconds',
    help: 'Time until the answer was sent',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10],
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Times requests by route pattern: names of objects would be labels without end. */
  readonly timing: RequestHandler = (req, res, next) => {
    const stop = this.#requests.startTimer({ method: req.method });
    res.on('close', () => stop({ route: req.route?.path ?? 'none', status: res.statusCode }));
    next();
  };

  /** Serves `/metrics` to whoever presents the token; without a token set it is not there. */
  mount(app: Express, token: string | null): void {
    if (token === null) return;
    const expected = sha256(`Bearer ${token}`);
    app.get('/metrics', async (req, res) => {
      if (!timingSafeEqual(sha256(req.get('authorization') ?? ''), expected)) {
        res.status(401).set('WWW-Authenticate', 'Bearer').end();
        return;
      }
      res.type(this.registry.contentType).send(await this.registry.metrics());
    });
  }
}
