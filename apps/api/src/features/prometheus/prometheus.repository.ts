import type { PrometheusServer } from '@pilothouse/kube';
import type { Database } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import type { SecretBox } from '../../db/secret-box.ts';
import { bumpVersion } from '../../db/versions.ts';

const [table, column] = ['prometheus_servers', 'token'];

/** Which Prometheus a cluster has; a change tells the other replicas. */
export class PrometheusRepository {
  readonly #database: Database;
  readonly #secrets: SecretBox;

  constructor(database: Database, secrets: SecretBox) {
    this.#database = database;
    this.#secrets = secrets;
  }

  async find(clusterId: string): Promise<PrometheusServer | null> {
    const row = await this.#database.prisma.prometheusServer.findUnique({ where: { clusterId } });
    if (row === null) return null;
    const { id, url, token } = row;
    return { url, token: token && this.#secrets.open(table, id, column, token).toString('utf8') };
  }

  async set(clusterId: string, { url, token }: PrometheusServer): Promise<void> {
    await this.#database.transaction(async (tx) => {
      await tx.prometheusServer.deleteMany({ where: { clusterId } });
      const id = newId();
      const sealed = token === null ? null : this.#secrets.seal(table, id, column, token);
      await tx.prometheusServer.create({ data: { id, clusterId, url, token: sealed } });
      await bumpVersion(tx, 'clusters');
    });
  }

  async remove(clusterId: string): Promise<void> {
    await this.#database.transaction(async (tx) => {
      await tx.prometheusServer.deleteMany({ where: { clusterId } });
      await bumpVersion(tx, 'clusters');
    });
  }
}
