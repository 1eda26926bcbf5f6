import type { Core } from '../../core.ts';
import type { Feature } from '../../feature.ts';
import { addAuthTopics, mountAuth, type Profile } from './auth.routes.ts';
import { AuthService } from './auth.service.ts';
import { LoginGuard } from './login-guard.ts';
import { keptMs, SessionRepository } from './session.repository.ts';

/** Signing in and out; `profile` is what others know about who is signed in. */
export function build(core: Core, profile: Profile): Feature {
  const { config, authoriser, database, users, passwords, tokens, versions } = core;
  const sessions = new SessionRepository(database);
  const service = new AuthService({
    database,
    users,
    sessions,
    passwords,
    tokens,
    versions,
    guard: new LoginGuard(),
  });
  return {
    mount: (api) => mountAuth(api, { service, profile, authoriser, publicUrl: config.publicUrl }),
    topics: (topics) => addAuthTopics(topics, { profile, authoriser, versions }),
    retention: [{ keepMs: keptMs, prune: (before, most) => sessions.prune(before, most) }],
  };
}
