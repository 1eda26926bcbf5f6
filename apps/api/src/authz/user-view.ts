import type { user } from '@pilothouse/contract';
import type { z } from 'zod';

export type UserView = z.output<typeof user>;

/** A user as others see them: no hash. */
export function userView(row: {
  id: string;
  username: string;
  displayName: string;
  disabledAt: Date | null;
  mustChangePassword: boolean;
  createdAt: Date;
}): UserView {
  return {
    id: row.id,
    username: row.username,
    displayName: row.displayName,
    disabled: row.disabledAt !== null,
    mustChangePassword: row.mustChangePassword,
    createdAt: row.createdAt.toISOString(),
  };
}
