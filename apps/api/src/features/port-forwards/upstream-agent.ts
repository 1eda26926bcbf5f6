import { Agent, type ClientRequest } from 'node:http';
import type { Duplex } from 'node:stream';

/** Connections to a Pod that are used at once by one forward; what comes then waits its turn. */
const mostConnections = 16;
/** A connection that nobody uses is kept for so long. */
const keptMs = 30_000;

/** A connection as node's client wants it: what it says of sockets means nothing here. */
type Connection = Duplex & { keptFor?: NodeJS.Timeout | undefined };

/** HTTP over connections of one's own; each is kept for the next request, and used by one at a time. */
export class UpstreamAgent extends Agent {
  readonly #connect: () => Promise<Duplex>;

  constructor(connect: () => Promise<Duplex>) {
    super({ keepAlive: true, maxSockets: mostConnections, maxFreeSockets: mostConnections });
    this.#connect = connect;
  }

  override createConnection(
    _options: object,
    done?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    this.#connect().then(
      (stream) => done?.(null, asSocket(stream)),
      (error: Error) => done?.(error, undefined as never),
    );
  }

  override keepSocketAlive(connection: Connection): boolean {
    connection.keptFor = setTimeout(() => connection.destroy(), keptMs);
    connection.keptFor.unref();
    return true;
  }

  override reuseSocket(connection: Connection, request: ClientRequest): void {
    clearTimeout(connection.keptFor);
    request.reusedSocket = true;
  }
}

function asSocket(stream: Duplex): Duplex {
  const nothing = () => stream;
  return Object.assign(stream, {
    setTimeout: nothing,
    setNoDelay: nothing,
    setKeepAlive: nothing,
    ref: nothing,
    unref: nothing,
  });
}
