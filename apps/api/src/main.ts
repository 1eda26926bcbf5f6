import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { readConfig } from './config.ts';
import { Container } from './container.ts';
import { checkDatabase } from './db/database.ts';
import { isDriverAftermath } from './db/driver-aftermath.ts';
import { migrate, migrationsFolder, readMigrations } from './db/migrate.ts';
import { firstAdministratorName } from './features/users/first-administrator.repository.ts';

/** Requests under way get this long to end; what remains is cut. */
const drainMs = 3000;
/** Whatever hangs then, the process goes. */
const longestStopMs = 8000;

/** Tells whoever started us (tools/start listens over IPC), or a person at the terminal. */
function tell(message: { type: 'step'; message: string } | ReadyMessage): void {
  if (process.send) process.send(message);
  else if (message.type === 'step') console.log(message.message);
  else {
    console.log(`Pilothouse is at ${message.url}`);
    if (message.firstPassword === null) return;
    const { username, password } = message.firstPassword;
    console.log(`First sign-in: user ${username}, one-time password ${password} (told this once)`);
  }
}

interface ReadyMessage {
  type: 'ready';
  url: string;
  firstPassword: { username: string; password: string } | null;
}

async function start(): Promise<void> {
  const config = readConfig();
  await checkDatabase(config.databaseUrl);
  await migrate(config.databaseUrl, await readMigrations(migrationsFolder), ({ name, position, total }) =>
    tell({ type: 'step', message: `migrations: ${position} of ${total}, ${name}` }),
  );
  const container = new Container(config);
  // the port first: a password drawn by a process that then cannot listen would be told to nobody
  const server = createServer();
  server.on('request', notYet);
  await listen(server, config.host, config.port);
  stopOnSignals(server, container);
  const password = await container.prepare();
  server.off('request', notYet).on('request', container.app);
  await container.run(server);
  const firstPassword = password === null ? null : { username: firstAdministratorName, password };
  tell({ type: 'ready', url: config.publicUrl, firstPassword });
}

function notYet(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(503, { 'Retry-After': '1' }).end('The platform is starting\n');
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const sentences: Record<string, string> = {
        EADDRINUSE: `The port ${port} is in use; end what uses it, or set PILOTHOUSE_PORT to another.`,
        EACCES: `The port ${port} may not be used by this user; set PILOTHOUSE_PORT to one above 1023.`,
        EADDRNOTAVAIL: `This machine has no address ${host}; correct PILOTHOUSE_HOST.`,
      };
      reject(new Error(sentences[error.code ?? ''] ?? error.message, { cause: error }));
    });
    server.listen(port, host, resolve);
  });
}

function stopOnSignals(server: Server, container: Container): void {
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), longestStopMs).unref();
    drain(server, container).then(
      () => process.exit(0),
      (error: unknown) => {
        container.log.error({ err: error }, 'the platform did not stop cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // the parent is gone, whatever it meant to say
  process.on('disconnect', stop);
}

async function drain(server: Server, container: Container): Promise<void> {
  container.beginStop();
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeIdleConnections();
  const cut = setTimeout(() => server.closeAllConnections(), drainMs);
  await container.stopWork();
  await closed;
  clearTimeout(cut);
  await container.close();
}

process.on('unhandledRejection', (reason) => {
  if (!isDriverAftermath(reason)) throw reason;
});

try {
  await start();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
