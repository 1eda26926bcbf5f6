import type { ServiceTree } from '../../authz/service-tree.ts';
import { AppError } from '../../http/app-error.ts';

/** Which nodes of the service tree are projects and which are applications: those of the last two levels. */
export class ApplicationTree {
  readonly tree: ServiceTree;
  readonly #levels: number;

  constructor(tree: ServiceTree, levels: number) {
    this.tree = tree;
    this.#levels = levels;
  }

  isProject(node: string): boolean {
    return this.tree.lineOf(node).length === this.#levels - 1;
  }

  isApplication(node: string): boolean {
    return this.tree.lineOf(node).length === this.#levels;
  }

  /** Throws `notFound`. */
  requireProject(node: string): void {
    if (!this.isProject(node)) throw new AppError('notFound');
  }

  /** Throws `notFound`. */
  requireApplication(node: string): void {
    if (!this.isApplication(node)) throw new AppError('notFound');
  }

  /** The project of an application. */
  projectOf(application: string): string {
    return this.tree.lineOf(application)[1] ?? '';
  }
}
