import { endpoints } from '@pilothouse/contract';
import { changeFirstPassword, type ApiClient } from './api.ts';

const password = 'slack water by the pier 3';

/** A user of the platform who owes no password change. */
export interface Account {
  username: string;
  password: string;
  api: ApiClient;
}

/** Creates a user without any grant. */
export async function createAccount(url: string, admin: ApiClient, username: string): Promise<Account> {
  const { oneTimePassword: first } = await admin.call(endpoints.createUser, {
    body: { username, displayName: username },
  });
  return { username, password, api: await changeFirstPassword(url, { username, first, next: password }) };
}
