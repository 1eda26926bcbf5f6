import type { Authoriser } from '../../authz/authoriser.ts';
import { AppError } from '../../http/app-error.ts';
import type { ProjectNamespaceRow, ProjectNamespaces } from '../../projects/project-namespaces.repository.ts';
import { ApplicationTree } from './application-tree.ts';

export interface PlaceParts {
  authoriser: Pick<Authoriser, 'policies'>;
  namespaces: ProjectNamespaces;
  levels: number;
}

/**
 * A namespace that instances of an application may be in. Throws `notFound` without the application, `invalidField` where
 * the namespace is not its project's.
 */
export async function placeFor(
  { authoriser, namespaces, levels }: PlaceParts,
  application: string,
  namespaceId: string,
): Promise<ProjectNamespaceRow> {
  const places = new ApplicationTree((await authoriser.policies()).tree, levels);
  places.requireApplication(application);
  const row = await namespaces.find(namespaceId);
  if (row === null || row.projectId !== places.projectOf(application)) {
    const field = 'body.namespaceId';
    throw new AppError('invalidField', { field, reason: 'unknown' }, field);
  }
  return row;
}
