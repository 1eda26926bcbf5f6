import type { Database, Prisma } from '../../db/database.ts';
import { newId } from '../../db/ids.ts';
import { containing } from '../../db/like.ts';
import type { SecretBox } from '../../db/secret-box.ts';
import { readPage, type PageOrder, type PageQuery } from '../../http/paging.ts';
import type { TemplateContent } from './template-content.ts';

export interface NewVersion extends TemplateContent {
  note: string;
  author: string;
}
interface About {
  description: string;
  labels: Record<string, string>;
}

const order: PageOrder<Prisma.TemplateOrderByWithRelationInput> = {
  sortable: { name: 'name', version: 'version', author: 'author', updatedAt: 'updatedAt' },
  fallback: 'name',
};

/** Rows of templates and their versions. */
export class TemplateRepository {
  readonly #database: Database;
  readonly #secrets: SecretBox;

  constructor(database: Database, secrets: SecretBox) {
    this.#database = database;
    this.#secrets = secrets;
  }

  page(query: PageQuery & { q?: string | undefined }) {
    const { template } = this.#database.prisma;
    const contains = containing(query.q ?? '');
    const where: Prisma.TemplateWhereInput =
      query.q === undefined
        ? {}
        : { OR: [{ name: contains }, { description: contains }, { labelsText: contains }] };
    return readPage(query, order, {
      items: async (page) => (await template.findMany({ where, ...page })).map(viewOf),
      total: () => template.count({ where }),
    });
  }

  async find(name: string) {
    const row = await this.#database.prisma.template.findUnique({
      where: { name },
      include: {
        versions: {
          orderBy: { version: 'desc' },
          take: 500,
          select: { version: true, note: true, author: true, createdAt: true },
        },
      },
    });
    if (row === null) return null;
    const versions = row.versions.map((each) => ({ ...each, createdAt: each.createdAt.toISOString() }));
    return { ...viewOf(row), versions };
  }

  async version(name: string, version: number) {
    const row = await this.#database.prisma.templateVersion.findFirst({
      where: { version, template: { name } },
    });
    if (row === null) return null;
    const { id, note, author, createdAt, sealedContent } = row;
    const content = this.#secrets.open('template_versions', id, 'sealed_content', sealedContent);
    const { text, variables } = JSON.parse(content.toString('utf8')) as TemplateContent;
    return { version, note, author, createdAt: createdAt.toISOString(), text, variables };
  }

  /** Rejects with a unique violation where the name is taken. */
  async create(name: string, about: About, first: NewVersion): Promise<void> {
    const id = newId();
    const now = new Date();
    const { author, variables } = first;
    await this.#database.prisma.template.create({
      data: {
        id,
        name,
        ...aboutColumns(about),
        version: 1,
        variableCount: variables.length,
        author,
        createdAt: now,
        updatedAt: now,
        versions: { create: this.#versionColumns(1, first, now) },
      },
    });
  }

  /** False when there is none. */
  async update(name: string, about: About): Promise<boolean> {
    const { count } = await this.#database.prisma.template.updateMany({
      where: { name },
      data: { ...aboutColumns(about), updatedAt: new Date() },
    });
    return count > 0;
  }

  /** False when its newest version is another one. */
  async addVersion(name: string, basedOn: number, next: NewVersion): Promise<boolean> {
    return this.#database.transaction(async (tx) => {
      const now = new Date();
      const version = basedOn + 1;
      const { author, variables } = next;
      const { count } = await tx.template.updateMany({
        where: { name, version: basedOn },
        data: { version, variableCount: variables.length, author, updatedAt: now },
      });
      if (count === 0) return false;
      const { id: templateId } = await tx.template.findUniqueOrThrow({
        where: { name },
        select: { id: true },
      });
      await tx.templateVersion.create({ data: { templateId, ...this.#versionColumns(version, next, now) } });
      return true;
    });
  }

  /** False when there is none. */
  async remove(name: string): Promise<boolean> {
    const { count } = await this.#database.prisma.template.deleteMany({ where: { name } });
    return count > 0;
  }

  #versionColumns(version: number, { text, variables, note, author }: NewVersion, createdAt: Date) {
    const id = newId();
    const content = JSON.stringify({ text, variables });
    const sealedContent = this.#secrets.seal('template_versions', id, 'sealed_content', content);
    return { id, version, sealedContent, note, author, createdAt };
  }
}

function aboutColumns({ description, labels }: About) {
  const labelsText = Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join('\n');
  return { description, labels, labelsText };
}

function viewOf(row: Prisma.TemplateGetPayload<object>) {
  const { id, name, description, version, variableCount, author, updatedAt } = row;
  const labels = row.labels as Record<string, string>;
  const variables = variableCount;
  return { id, name, description, labels, version, variables, author, updatedAt: updatedAt.toISOString() };
}
