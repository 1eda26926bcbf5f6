import { resourceRight, type Requirement } from '@pilothouse/contract';
import { Authoriser } from '../../../apps/api/src/authz/authoriser.ts';
import { grantColumns } from '../../../apps/api/src/authz/grant-columns.ts';
import { createDatabase } from '../../../apps/api/src/db/database.ts';
import { newId } from '../../../apps/api/src/db/ids.ts';
import { migrate, migrationsFolder, readMigrations } from '../../../apps/api/src/db/migrate.ts';
import { Versions } from '../../../apps/api/src/db/versions.ts';
import { serve } from '../src/helper.ts';
import { interleave } from '../src/interleave.ts';
import { median, percentile } from '../src/statistics.ts';

/**
 * Between two looks at the clock, which itself takes as long as a look-up. A machine interrupts a process a thousand
 * times a second and more: samples that last about as long are hit alike, and few enough not to be the 99th percentile.
 */
const perSample = { questions: 2, lookUps: 20 };
const samples = 20_000;
/** What else the machine does falls on one turn or another, not on one line of the table. */
const turns = 9;
const namespacesPerCluster = 50;

const commands = {
  /** Returns the 99th percentile of a question's time in microseconds, by number of grants, and of three look-ups: of each the median of the turns. */
  async measure({ databaseUrl, grants }: { databaseUrl: string; grants: number[] }) {
    await migrate(databaseUrl, await readMigrations(migrationsFolder));
    const database = createDatabase(databaseUrl);
    const versions = new Versions(database, (error) => {
      throw error;
    });
    const authoriser = new Authoriser(database, versions, (name) => name);
    const roleId = newId();
    const now = new Date();
    await database.prisma.role.create({
      data: { id: roleId, name: 'bench', description: '', builtIn: false, version: 1, createdAt: now },
    });
    await database.prisma.permission.createMany({
      data: ['get', 'list', 'watch', 'patch', 'delete'].map((action) => ({
        roleId,
        object: 'k8s/core/*',
        action,
      })),
    });
    const clusters = Math.ceil(Math.max(...grants) / namespacesPerCluster);
    await createClusters(database, clusters, now);
    const users = new Map<number, string>();
    for (const count of grants) users.set(count, await createUser(database, roleId, count, now));
    const alternatives = [lookUps()];
    for (const [count, userId] of users) {
      const ask = questions(count);
      const decide = (index: number) =>
        authoriser.authorise({ userId }, ask[index % ask.length] as Requirement[]);
      for (const [index, requirements] of ask.entries()) {
        const { allowed } = await decide(index);
        if (allowed !== isGranted(requirements))
          throw new Error(`wrong answer to ${JSON.stringify(requirements)}`);
      }
      alternatives.push(async () => {
        const times = [];
        for (let sample = 0; sample < samples; sample += 1) {
          const begun = process.hrtime.bigint();
          for (let question = 0; question < perSample.questions; question += 1)
            await decide(sample * 7 + question);
          times.push(microsecondsSince(begun) / perSample.questions);
        }
        return times;
      });
    }
    const p99s = await interleave(
      turns,
      alternatives.map((measure) => async () => [percentile(await measure(), 0.99)]),
    );
    await database.close();
    const [lookUpP99 = NaN, ...authorise] = p99s.map(median);
    return {
      lookUps: lookUpP99,
      authorise: authorise.map((p99, index) => ({ grants: grants[index] ?? NaN, p99 })),
    };
  },
};
export type AuthoriseProcess = typeof commands;

const clusterName = (grant: number) => `cluster-${Math.floor(grant / namespacesPerCluster)}`;
const namespaceName = (grant: number) => `namespace-${grant % namespacesPerCluster}`;

/** Clusters for grants to be on; nothing connects to them. */
async function createClusters(
  { prisma }: ReturnType<typeof createDatabase>,
  count: number,
  now: Date,
): Promise<void> {
  await prisma.cluster.createMany({
    data: Array.from({ length: count }, (_, index) => ({
      id: `cluster-${index}`,
      name: `cluster-${index}`,
      displayName: '',
      environment: 'other',
      description: '',
      owner: '',
      labels: {},
      timeoutMs: 1000,
      keepsUsage: false,
      server: '',
      context: '',
      insecureSkipTlsVerify: false,
      source: 'paste',
      credential: new Uint8Array(),
      connectionVersion: 1,
      createdAt: now,
      updatedAt: now,
    })),
  });
}

/** A user with a role in `count` namespaces. */
async function createUser(
  { prisma }: ReturnType<typeof createDatabase>,
  roleId: string,
  count: number,
  createdAt: Date,
): Promise<string> {
  const id = newId();
  await prisma.user.create({
    data: {
      id,
      username: `user-${count}`,
      displayName: '',
      passwordHash: '',
      mustChangePassword: false,
      passwordChangedAt: createdAt,
      createdAt,
    },
  });
  await prisma.grant.createMany({
    data: Array.from({ length: count }, (_, grant) => ({
      id: newId(),
      ...grantColumns(
        { kind: 'user', id },
        { kind: 'namespace', cluster: clusterName(grant), namespace: namespaceName(grant) },
      ),
      roleId,
      reason: '',
      createdAt,
    })),
  });
  return id;
}

/** What pages ask: objects and lists of namespaces that are granted, of some that are not, and a whole cluster's list. */
function questions(grants: number): Requirement[][] {
  return Array.from({ length: 64 }, (_, index) => {
    const grant = (index * 31) % grants;
    const place = {
      cluster: clusterName(grant),
      group: 'core',
      plural: 'pods',
      namespace: namespaceName(grant),
    };
    if (index % 8 === 0) return [{ ...resourceRight({ ...place, namespace: 'somewhere-else' }, 'get') }];
    if (index % 8 === 1) {
      return [
        {
          ...resourceRight({ cluster: place.cluster, group: 'core', plural: 'pods' }, 'list'),
          match: 'narrows',
        },
      ];
    }
    if (index % 8 === 2) return [{ ...resourceRight(place, 'list'), match: 'narrows' }];
    return [resourceRight(place, index % 2 === 0 ? 'get' : 'delete')];
  });
}

function isGranted([requirement]: Requirement[]): boolean {
  const { domain } = requirement as Requirement;
  return domain.kind !== 'namespace' || domain.namespace !== 'somewhere-else';
}

const microsecondsSince = (begun: bigint) => Number(process.hrtime.bigint() - begun) / 1000;

/** A chain of three look-ups in Maps of 1,000 grants; each call gives the microseconds of so many samples. */
function lookUps(): () => Promise<number[]> {
  const rights = new Map(
    Array.from({ length: 20 }, (_, cluster) => [
      `cluster-${cluster}`,
      new Map(
        Array.from({ length: namespacesPerCluster }, (_, namespace) => [
          `namespace-${namespace}`,
          new Map([['k8s/core/pods get', true]]),
        ]),
      ),
    ]),
  );
  const places = Array.from(
    { length: 64 },
    (_, index) => [clusterName((index * 31) % 1000), namespaceName((index * 31) % 1000)] as const,
  );
  return async () => {
    const times = [];
    let found = 0;
    for (let sample = 0; sample < samples; sample += 1) {
      const begun = process.hrtime.bigint();
      for (let lookUp = 0; lookUp < perSample.lookUps; lookUp += 1) {
        const [cluster, namespace] = places[(sample * 7 + lookUp) % places.length] as (typeof places)[number];
        if (rights.get(cluster)?.get(namespace)?.get('k8s/core/pods get') === true) found += 1;
      }
      times.push(microsecondsSince(begun) / perSample.lookUps);
    }
    if (found !== samples * perSample.lookUps) throw new Error(`${found} look-ups found something`);
    return times;
  };
}

serve(commands);
