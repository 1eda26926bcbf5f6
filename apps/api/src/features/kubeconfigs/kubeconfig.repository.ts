import type { issuedKubeconfig } from '@pilothouse/contract';
import type { z } from 'zod';
import type { Database, Prisma } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';

export type IssuedView = z.output<typeof issuedKubeconfig>;
export type EndReason = NonNullable<IssuedView['endReason']>;

const include = { issuer: { select: { username: true } } } satisfies Prisma.IssuedKubeconfigInclude;
export type IssuedRow = Prisma.IssuedKubeconfigGetPayload<{ include: typeof include }>;

export type NewKubeconfig = Pick<
  IssuedRow,
  'clusterId' | 'namespace' | 'name' | 'access' | 'roleName' | 'rules' | 'issuerId'
>;

/** Rows of issued kubeconfigs. */
export class KubeconfigRepository {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @param namespaces only of these; `all`: also those of the whole cluster */
  async list(clusterId: string, namespaces: 'all' | string[]): Promise<IssuedRow[]> {
    return this.#database.prisma.issuedKubeconfig.findMany({
      where: { clusterId, ...(namespaces !== 'all' && { namespace: { in: namespaces } }) },
      include,
      orderBy: { createdAt: 'desc' },
      take: 1000,
    });
  }

  find(id: string): Promise<IssuedRow | null> {
    return this.#database.prisma.issuedKubeconfig.findUnique({ where: { id }, include });
  }

  /** All that is in clusters, or in this one, or may be. */
  unended(clusterId?: string): Promise<IssuedRow[]> {
    return this.#database.prisma.issuedKubeconfig.findMany({
      where: { state: { not: 'ended' }, ...(clusterId !== undefined && { clusterId }) },
      include,
    });
  }

  async begin(given: NewKubeconfig): Promise<IssuedRow> {
    const id = newId();
    // the end of the id is the part that is drawn
    const account = `pilothouse-${id.replaceAll('-', '').slice(-16)}`;
    return this.#database.prisma.issuedKubeconfig.create({
      data: { id, ...given, account, state: 'issuing', createdAt: new Date() },
      include,
    });
  }

  /** False where it was ended meanwhile. */
  async activate(id: string, expiresAt: Date): Promise<boolean> {
    const { count } = await this.#database.prisma.issuedKubeconfig.updateMany({
      where: { id, state: 'issuing' },
      data: { state: 'active', expiresAt },
    });
    return count > 0;
  }

  /** Says that it is being taken back, and why; what was said first stays. */
  async beginEnd(id: string, endReason: EndReason, endedBy: string | null): Promise<void> {
    await this.#database.prisma.issuedKubeconfig.updateMany({
      where: { id, state: { in: ['issuing', 'active'] } },
      data: { state: 'ending', endReason, endedBy },
    });
  }

  async end(id: string): Promise<void> {
    await this.#database.prisma.issuedKubeconfig.updateMany({
      where: { id, state: 'ending' },
      data: { state: 'ended', endedAt: new Date() },
    });
  }

  prune(before: Date, most: number): Promise<number> {
    return this.#database.prisma.issuedKubeconfig
      .deleteMany({ where: { state: 'ended', endedAt: { lt: before } }, limit: most })
      .then(({ count }) => count);
  }

  /** What a role of ours allows; null where there is none. */
  async policiesOf(name: string): Promise<{ object: string; action: string }[] | null> {
    const role = await this.#database.prisma.role.findUnique({
      where: { name },
      select: { permissions: { select: { object: true, action: true } } },
    });
    return role?.permissions ?? null;
  }
}

export function issuedView(row: IssuedRow): IssuedView {
  return {
    id: row.id,
    namespace: row.namespace,
    name: row.name,
    access: row.access as IssuedView['access'],
    role: row.roleName,
    account: row.account,
    issuedBy: row.issuer.username,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    state: row.state as IssuedView['state'],
    endReason: row.endReason as IssuedView['endReason'],
    endedAt: row.endedAt?.toISOString() ?? null,
    endedBy: row.endedBy,
  };
}
