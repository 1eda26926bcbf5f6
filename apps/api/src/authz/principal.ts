/** Who makes a call: a user in one of their sessions, or a program with an API token of theirs. */
export interface Principal {
  /** Whose rights it has, and whose work it is: the user's, or the token's by its id. */
  userId: string;
  username: string;
  /** What it stands on, and ends with: a session or a token, by its id. */
  sessionId: string;
  /** Only `/auth/*` answers until the password was changed. */
  mustChangePassword: boolean;
  /** Of whom the token is; absent in a session. */
  token?: { makerId: string };
}

/** On whose behalf something is changed. */
export type Author = Pick<Principal, 'userId' | 'username'>;
