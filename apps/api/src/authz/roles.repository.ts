import type { Queries } from '../db/database.ts';
import { newId } from '../db/ids.ts';
import { builtInRoles } from './built-in-roles.ts';

/** Brings the built-in roles to what this version says; grants and other roles stay. */
export async function seedRoles(queries: Queries): Promise<void> {
  for (const { name, permissions } of builtInRoles) {
    const { id: roleId } = await queries.role.upsert({
      where: { name },
      create: { id: newId(), name, builtIn: true, description: '', version: 1, createdAt: new Date() },
      update: { builtIn: true },
    });
    await queries.permission.deleteMany({ where: { roleId } });
    await queries.permission.createMany({
      data: permissions.map((permission) => ({ roleId, ...permission })),
    });
  }
}
