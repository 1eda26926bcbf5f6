import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Duplex } from 'node:stream';
import {
  portForwardRequirements,
  portForwardTarget,
  type endpoints,
  type OutputOf,
  type PodPort,
  type StreamEndReason,
} from '@pilothouse/contract';
import { openPortForward } from '@pilothouse/kube';
import type { Principal } from '../../authz/principal.ts';
import type { StreamAccess } from '../../authz/stream-access.ts';
import { AppError } from '../../http/app-error.ts';
import type { AuditLog } from '../../http/audit.ts';
import { outcomeOfCall } from '../../ws/audited-stream.ts';
import type { FindCluster } from '../../ws/clusters.ts';
import type { StreamGuard } from '../../ws/stream-guard.ts';
import type { UnitStreams } from '../../ws/through/unit-streams.ts';
import { ActiveForward } from './active-forward.ts';
import type { ForwardHosts } from './forward-host.ts';
import type { PortForwardRow, PortForwardsRepository } from './port-forwards.repository.ts';

type View = OutputOf<typeof endpoints.listPortForwards>['forwards'][number];

interface PortForwardsParts {
  /** Null: nothing is forwarded here. */
  hosts: ForwardHosts | null;
  repository: PortForwardsRepository;
  access: Pick<StreamAccess, 'refusal'>;
  guard: Pick<StreamGuard, 'checkRoom' | 'watch'>;
  audit: AuditLog;
  findCluster: FindCluster;
  unitStreams: Pick<UnitStreams, 'require'>;
  onError: (error: unknown) => void;
}

/** Of a browser that has the address to enter by. */
const entryMs = 30_000;
/** Between two looks for forwards that were stopped elsewhere. */
const lookMs = 2000;
/** Forwards of one user, in use or not. */
const mostOfUser = 20;
export const entryPath = '/.pilothouse/enter';
/** Ends that are the forward's own, and not this process's. */
const final: ReadonlySet<StreamEndReason> = new Set(['sessionEnded', 'rightsLost', 'clusterRemoved']);

/**
 * Ports of Pods, open to the browsers of those who opened them. A forward is a row, so every process can serve it; each
 * holds it to the rights it was opened with, for every request and for as long as one lasts.
 */
export class PortForwards {
  readonly #parts: PortForwardsParts;
  readonly #active = new Map<string, ActiveForward>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: PortForwardsParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#look().catch(this.#parts.onError), lookMs);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const forward of this.#active.values()) forward.end('shuttingDown');
  }

  /** Throws AppError `portForwardOff`, `tooManyStreams`, or `notFound` where the Pod is not the unit's by which it comes. */
  async open(principal: Principal, place: PodPort, address: string): Promise<View & { url: string }> {
    const { findCluster, repository, unitStreams } = this.#parts;
    this.#hosts();
    if (findCluster(place.cluster) === undefined) throw new AppError('notFound');
    await unitStreams.require(place);
    const { userId, username, sessionId } = principal;
    if ((await repository.list(userId)).length >= mostOfUser)
      throw new AppError('tooManyStreams', { limit: mostOfUser });
    const id = await repository.create(place, { userId, username, sessionId, address });
    const row = await this.#own(principal, id);
    return { ...viewOf(row), url: await this.#entry(id) };
  }

  async list({ userId }: Principal): Promise<View[]> {
    return (await this.#parts.repository.list(userId)).map(viewOf);
  }

  /** The address by which a browser enters. Throws `notFound`. */
  async enter(principal: Principal, id: string): Promise<{ url: string; row: PortForwardRow }> {
    const row = await this.#own(principal, id);
    return { url: await this.#entry(id), row };
  }

  /** Throws `notFound`. */
  async end(principal: Principal, id: string): Promise<PortForwardRow> {
    const row = await this.#own(principal, id);
    await this.#parts.repository.end(id, principal.userId);
    this.#active.get(id)?.end('closed');
    return row;
  }

  /** Uses an entry up. Resolves with the cookie by which the browser is known there. Throws `badTicket`. */
  async redeem(id: string, ticket: string): Promise<string> {
    const key = randomBytes(32).toString('base64url');
    if (!(await this.#parts.repository.enter(id, hashOf(ticket), hashOf(key))))
      throw new AppError('badTicket');
    return key;
  }

  /** The forward of a request with one of these keys. Throws `badTicket`, `sessionEnded`, `forbidden` or `tooManyStreams`. */
  async admit(id: string, keys: readonly string[]): Promise<ActiveForward> {
    const { access, guard, repository } = this.#parts;
    const row = await repository.find(id);
    // unknown and foreign alike
    if (row?.keyHash == null || !keys.some((key) => isHash(key, row.keyHash)))
      throw new AppError('badTicket');
    const place = placeOf(row);
    const requirements = portForwardRequirements(place);
    const { userId, username, sessionId } = row;
    const principal = { userId, username, sessionId, mustChangePassword: false };
    const refusal = await access.refusal(principal, requirements);
    if (refusal !== undefined) {
      this.#active.get(id)?.end(refusal);
      await repository.end(id, userId);
    }
    if (refusal === 'sessionEnded') throw new AppError('sessionEnded', { reason: 'revoked' });
    if (refusal === 'rightsLost') {
      const { action, object } = requirements[0] ?? { action: '', object: '' };
      throw new AppError('forbidden', { action, object, domain: place.cluster });
    }
    const known = this.#active.get(id);
    if (known !== undefined) return known;
    guard.checkRoom(principal, 'forward');
    const made = new ActiveForward(
      (signal) => this.#connect(row, signal),
      (reason) => {
        this.#active.delete(id);
        if (final.has(reason)) repository.end(id, userId).catch(this.#parts.onError);
      },
    );
    this.#active.set(id, made);
    guard.watch({ stream: made, principal, requirements, cluster: row.cluster, purpose: 'forward' });
    return made;
  }

  /** One connection to the Pod; each is a row of the audit, joined with the cluster's own by its id. */
  async #connect(row: PortForwardRow, signal: AbortSignal): Promise<Duplex> {
    const { audit, findCluster, unitStreams } = this.#parts;
    const place = placeOf(row);
    const { userId, username, address } = row;
    const { auditId, end } = await audit.begin({
      principal: { userId, username },
      code: 'portForward.connect',
      target: portForwardTarget(place),
      params: { port: place.port },
      address,
    });
    try {
      await unitStreams.require(place);
      const cluster = findCluster(place.cluster);
      if (cluster === undefined) throw new AppError('notFound');
      const stream = await openPortForward(cluster.connection, place, { auditId, signal });
      let failure: unknown;
      stream.on('error', (error) => (failure = error));
      stream.once('close', () => void end(outcomeOfCall(failure)));
      return stream;
    } catch (error) {
      await end(outcomeOfCall(error));
      throw error;
    }
  }

  /** Ends those that were stopped elsewhere or that nobody has used for long; notes the others' use. */
  async #look(): Promise<void> {
    const { repository } = this.#parts;
    if (this.#active.size === 0) return;
    const used = [...this.#active].filter(([, forward]) => forward.takeUse()).map(([id]) => id);
    if (used.length > 0) await repository.used(used);
    const open = await repository.open([...this.#active.keys()]);
    for (const [id, forward] of this.#active) if (!open.has(id)) forward.end('closed');
  }

  async #entry(id: string): Promise<string> {
    const ticket = randomBytes(32).toString('base64url');
    await this.#parts.repository.admit(id, hashOf(ticket), new Date(Date.now() + entryMs));
    return `${this.#hosts().originOf(id)}${entryPath}?ticket=${ticket}`;
  }

  async #own({ userId }: Principal, id: string): Promise<PortForwardRow> {
    const row = await this.#parts.repository.find(id);
    if (row === null || row.userId !== userId) throw new AppError('notFound');
    return row;
  }

  #hosts(): ForwardHosts {
    const { hosts } = this.#parts;
    if (hosts === null) throw new AppError('portForwardOff');
    return hosts;
  }
}

function placeOf({ cluster, namespace, pod, port, through }: PortForwardRow): PodPort {
  return { cluster, namespace, pod, port, ...(through && { through }) };
}

function viewOf({ id, cluster, namespace, pod, port, createdAt }: PortForwardRow): View {
  return { id, cluster, namespace, pod, port, createdAt: createdAt.toISOString() };
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function isHash(key: string, hash: string | null): boolean {
  return hash !== null && timingSafeEqual(Buffer.from(hashOf(key)), Buffer.from(hash));
}
