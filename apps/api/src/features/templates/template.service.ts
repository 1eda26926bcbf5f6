import type { endpoints, InputOf, OutputOf } from '@pilothouse/contract';
import { isUniqueViolation } from '../../db/database-error.ts';
import { AppError } from '../../http/app-error.ts';
import { requireValid } from './template-content.ts';
import type { TemplateRepository } from './template.repository.ts';

type Created = InputOf<typeof endpoints.createTemplate>['body'];
type Changed = InputOf<typeof endpoints.updateTemplate>['body'];
type Added = InputOf<typeof endpoints.addTemplateVersion>['body'];
type TemplateView = OutputOf<typeof endpoints.getTemplate>;

/** YAML with variables, kept in versions; a version is never changed. */
export class TemplateService {
  readonly #rows: TemplateRepository;

  constructor(rows: TemplateRepository) {
    this.#rows = rows;
  }

  page: TemplateRepository['page'] = (query) => this.#rows.page(query);

  /** Throws `notFound`. */
  async get(name: string): Promise<TemplateView> {
    const found = await this.#rows.find(name);
    if (found === null) throw new AppError('notFound');
    return found;
  }

  async isThere(name: string): Promise<boolean> {
    return (await this.#rows.find(name)) !== null;
  }

  /** Throws `notFound`. */
  async version(name: string, version: number) {
    const found = await this.#rows.version(name, version);
    if (found === null) throw new AppError('notFound');
    return found;
  }

  /** Throws `templateInvalid`, or `conflict` when the name is taken. */
  async create({ name, text, variables, note, ...about }: Created, author: string): Promise<TemplateView> {
    requireValid({ text, variables });
    try {
      await this.#rows.create(name, about, { text, variables, note, author });
    } catch (error) {
      throw isUniqueViolation(error) ? new AppError('conflict', { what: name }, 'body.name') : error;
    }
    return this.get(name);
  }

  /** Throws `notFound`. */
  async update(name: string, about: Changed): Promise<TemplateView> {
    if (!(await this.#rows.update(name, about))) throw new AppError('notFound');
    return this.get(name);
  }

  /** Throws `notFound`, `templateInvalid`, or `changedMeanwhile` where there is a newer version than the one changed. */
  async addVersion(name: string, { basedOn, ...next }: Added, author: string): Promise<TemplateView> {
    await this.get(name);
    requireValid(next);
    if (!(await this.#rows.addVersion(name, basedOn, { ...next, author })))
      throw new AppError('changedMeanwhile', { what: name });
    return this.get(name);
  }

  /** Throws `notFound`. */
  async remove(name: string): Promise<void> {
    if (!(await this.#rows.remove(name))) throw new AppError('notFound');
  }
}
