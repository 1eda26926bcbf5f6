/** Who makes a call: a user in one of their sessions. */
export interface Principal {
  userId: string;
  username: string;
  sessionId: string;
  /** Only `/auth/*` answers until the password was changed. */
  mustChangePassword: boolean;
}
