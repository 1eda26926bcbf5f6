import type { Core } from '../../core.ts';
import type { Feature } from '../../feature.ts';
import { mountAuth, type Profile } from './auth.routes.ts';
import { AuthService } from './auth.service.ts';
import { LoginGuard } from './login-guard.ts';
import { keptMs, SessionRepository } from './session.repository.ts';

/** Signing in and out; `profile` is what others know about who is signed in. */
export function build({ config, database, passwords, tokens, versions }: Core, profile: Profile): Feature {
  const sessions = new SessionRepository(database);
  const service = new AuthService({
    database,
    sessions,
    passwords,
    tokens,
    versions,
    guard: new LoginGuard(),
  });
  return {
    mount: (api) => mountAuth(api, { service, profile, publicUrl: config.publicUrl }),
    retention: [{ keepMs: keptMs, prune: (before, most) => sessions.prune(before, most) }],
  };
}
