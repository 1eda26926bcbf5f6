import { newId } from '../db/ids.ts';
import { bumpVersion } from '../db/versions.ts';
import type { TestApi } from './test-api.ts';

/** Makes a role of these permissions, each `<object> <action>`; written as the pages of roles will. */
export async function createRole(
  { container: { database, versions } }: TestApi,
  name: string,
  permissions: readonly string[],
): Promise<void> {
  await database.transaction(async (queries) => {
    const roleId = newId();
    await queries.role.create({
      data: { id: roleId, name, builtIn: false, description: '', version: 1, createdAt: new Date() },
    });
    for (const permission of permissions) {
      const [object = '', action = ''] = permission.split(' ');
      await queries.permission.create({ data: { roleId, object, action } });
    }
    await bumpVersion(queries, 'access', 'policies');
  });
  await versions.refresh();
}
