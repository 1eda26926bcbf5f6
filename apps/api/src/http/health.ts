import type { Express } from 'express';
import type { Database } from '../db/database.ts';

/** `/healthz`: the process runs. `/readyz`: the database answers, and nobody has asked it to stop. */
export function mountHealth(app: Express, database: Database, isStopping: () => boolean): void {
  app.get('/healthz', (_req, res) => void res.type('text/plain').send('ok\n'));
  app.get('/readyz', async (_req, res) => {
    const problem = isStopping()
      ? 'stopping'
      : await database.ping().then(
          () => null,
          () => 'database unavailable',
        );
    res
      .status(problem === null ? 200 : 503)
      .type('text/plain')
      .send(`${problem ?? 'ok'}\n`);
  });
}
