import type { Database, Prisma } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import type { SecretBox } from '../../db/secret-box.ts';
import type { Terminal } from '../../db/generated/client.ts';
import { beginningWith, containing } from '../../db/like.ts';
import { readPage, type PageOrder, type PageQuery } from '../../http/paging.ts';
import type { RecordingChunk } from '../../ws/exec/recorder.ts';
import type { TerminalEnd } from '../../ws/exec/terminal-session.ts';

export type { Terminal } from '../../db/generated/client.ts';

export interface NewTerminal {
  id: string;
  userId: string;
  username: string;
  clusterId: string;
  cluster: string;
  namespace: string;
  pod: string;
  podUid: string;
  container: string;
  /** Of a node shell, whose pod is about to be made. */
  node?: string;
  replica: string;
  auditId: string;
}

export interface TerminalQuery extends PageQuery {
  q?: string | undefined;
  user?: string | undefined;
  cluster?: string | undefined;
  /** The beginning of a pod's name. */
  pod?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
}

const order: PageOrder<Prisma.TerminalOrderByWithRelationInput> = {
  sortable: {
    startedAt: 'startedAt',
    endedAt: 'endedAt',
    user: 'username',
    cluster: 'cluster',
    namespace: 'namespace',
    pod: 'pod',
    recordingBytes: 'recordingBytes',
  },
  fallback: '-startedAt',
};
/** Chunks read at once: a recording is never whole in memory. */
const chunksAtOnce = 32;

const texts = ['username', 'cluster', 'namespace', 'pod', 'container'] as const;

function whereOf({ q, user, cluster, pod, from, to }: TerminalQuery): Prisma.TerminalWhereInput {
  return {
    ...(q !== undefined && { OR: texts.map((column) => ({ [column]: containing(q) })) }),
    ...(user !== undefined && { username: user }),
    ...(cluster !== undefined && { cluster }),
    ...(pod !== undefined && { pod: beginningWith(pod) }),
    startedAt: {
      ...(from !== undefined && { gte: new Date(from) }),
      ...(to !== undefined && { lt: new Date(to) }),
    },
  };
}

export class TerminalsRepository {
  readonly #database: Database;
  readonly #secrets: SecretBox;

  constructor(database: Database, secrets: SecretBox) {
    this.#database = database;
    this.#secrets = secrets;
  }

  async insert(terminal: NewTerminal): Promise<void> {
    const now = new Date();
    await this.#database.prisma.terminal.create({
      data: {
        ...terminal,
        podLeft: terminal.node !== undefined,
        shell: '',
        startedAt: now,
        heartbeatAt: now,
        recordingBytes: 0n,
        truncated: false,
      },
    });
  }

  /** Which process the shell is: what a later process of the platform needs to end it. */
  async setProcess(id: string, process: { shell: string; pid: number; startTime: string }): Promise<void> {
    const { shell, pid, startTime } = process;
    await this.#database.prisma.terminal.update({
      where: { id },
      data: { shell, shellPid: pid, shellStart: startTime },
    });
  }

  async setEnded(id: string, { reason, exitCode, truncated }: TerminalEnd): Promise<void> {
    await this.#database.prisma.terminal.updateMany({
      where: { id, endedAt: null },
      data: { endedAt: new Date(), endReason: reason, exitCode, truncated },
    });
  }

  async beat(ids: string[]): Promise<void> {
    await this.#database.prisma.terminal.updateMany({
      where: { id: { in: ids } },
      data: { heartbeatAt: new Date() },
    });
  }

  /** Stores pieces of a recording, sealed. */
  async appendChunks(terminalId: string, chunks: RecordingChunk[]): Promise<void> {
    const createdAt = new Date();
    const rows = chunks.map(({ seq, data }) => {
      const id = newId();
      return {
        id,
        terminalId,
        seq,
        data: this.#secrets.seal('terminal_chunks', id, 'data', data),
        createdAt,
      };
    });
    const bytes = chunks.reduce((sum, { data }) => sum + data.length, 0);
    await this.#database.transaction(async (queries) => {
      // the row first: an insert that refers to it locks it for reading, and two that then want to write it wait for each other
      await queries.terminal.update({
        where: { id: terminalId },
        data: { recordingBytes: { increment: bytes }, heartbeatAt: createdAt },
      });
      await queries.terminalChunk.createMany({ data: rows });
    });
  }

  find(id: string): Promise<Terminal | null> {
    return this.#database.prisma.terminal.findUnique({ where: { id } });
  }

  /** The pieces of a recording in order, opened. */
  async *chunks(terminalId: string): AsyncGenerator<Buffer> {
    for (let after = -1; ;) {
      const rows = await this.#database.prisma.terminalChunk.findMany({
        where: { terminalId, seq: { gt: after } },
        orderBy: { seq: 'asc' },
        take: chunksAtOnce,
      });
      for (const { id, data, seq } of rows) {
        yield this.#secrets.open('terminal_chunks', id, 'data', data);
        after = seq;
      }
      if (rows.length < chunksAtOnce) return;
    }
  }

  page<View>(query: TerminalQuery, viewOf: (terminal: Terminal) => View) {
    const where = whereOf(query);
    const { terminal } = this.#database.prisma;
    return readPage(query, order, {
      items: async (page) => (await terminal.findMany({ where, ...page })).map(viewOf),
      total: () => terminal.count({ where }),
    });
  }

  /** Terminals that nobody has ended and whose process has not been heard of since. */
  open(): Promise<Terminal[]> {
    return this.#database.prisma.terminal.findMany({ where: { endedAt: null } });
  }

  /** Node shells that have ended and whose pod may still be there. */
  leftPods(): Promise<Terminal[]> {
    return this.#database.prisma.terminal.findMany({ where: { podLeft: true, endedAt: { not: null } } });
  }

  /** Nothing of a node shell is left in its cluster. */
  async podIsGone(id: string): Promise<void> {
    await this.#database.prisma.terminal.updateMany({ where: { id }, data: { podLeft: false } });
  }

  /** Writes down that a terminal has ended with the platform's process; one that somebody else ended stays as it is. */
  async reap(id: string, replica: string): Promise<void> {
    await this.#database.prisma.terminal.updateMany({
      where: { id, replica, endedAt: null },
      data: { endedAt: new Date(), endReason: 'platformRestart', truncated: true },
    });
  }

  /**
   * Drops up to `most` recordings: of shells that ended before, else the oldest ones while all together are beyond so
   * many bytes; rows stay. Returns how many.
   */
  async prune(endedBefore: Date, mostBytes: number, most: number): Promise<number> {
    const { terminal } = this.#database.prisma;
    const recordingBytes = { gt: 0 };
    const [old, { _sum }, ended] = await Promise.all([
      terminal.findMany({
        where: { recordingBytes, endedAt: { lt: endedBefore } },
        select: { id: true },
        take: most,
      }),
      terminal.aggregate({ _sum: { recordingBytes: true } }),
      terminal.findMany({
        where: { recordingBytes, endedAt: { not: null } },
        orderBy: { startedAt: 'asc' },
        select: { id: true, recordingBytes: true },
        take: most,
      }),
    ]);
    if (old.length > 0) return this.#drop(old);
    let excess = Number(_sum.recordingBytes ?? 0) - mostBytes;
    const oldest = ended.filter((recorded) => {
      const goes = excess > 0;
      excess -= Number(recorded.recordingBytes);
      return goes;
    });
    return this.#drop(oldest);
  }

  async #drop(terminals: { id: string }[]): Promise<number> {
    for (const { id } of terminals) {
      await this.#database.transaction(async (queries) => {
        await queries.terminalChunk.deleteMany({ where: { terminalId: id } });
        await queries.terminal.update({ where: { id }, data: { recordingBytes: 0n, truncated: true } });
      });
    }
    return terminals.length;
  }
}
