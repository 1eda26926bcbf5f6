import { endpoints, type MenuEntry } from '@pilothouse/contract';
import type { Request } from 'express';
import type { Authoriser, Subject } from '../../authz/authoriser.ts';
import type { Principal } from '../../authz/principal.ts';
import type { Versions } from '../../db/versions.ts';
import type { LiveTopics } from '../../ws/live-topics.ts';
import type { UserView } from '../../authz/user-view.ts';
import { AppError } from '../../http/app-error.ts';
import { mount, type ApiRouter } from '../../http/mount.ts';
import { checkOrigin } from '../../http/origin.ts';
import type { AuthService } from './auth.service.ts';
import { RefreshCookie } from './refresh-cookie.ts';

/** What `/auth/me` tells beside the user; owned by other features. */
export interface Profile {
  user(userId: string): Promise<UserView>;
  menus(subject: Subject, roles: readonly string[]): Promise<MenuEntry[]>;
  nodeShells: boolean;
  portForwards: boolean;
}

export function mountAuth(
  api: ApiRouter,
  {
    service,
    profile,
    authoriser,
    publicUrl,
  }: { service: AuthService; profile: Profile; authoriser: Pick<Authoriser, 'ownGrants'>; publicUrl: string },
): void {
  const cookie = new RefreshCookie(publicUrl);
  const originOf = (req: Request, address: string) => ({ address, userAgent: req.get('user-agent') ?? '' });

  mount(api, endpoints.login, async ({ body, address, req, res, noteAudit }) => {
    checkOrigin(req, publicUrl, false);
    const { session, refreshToken } = await service.login(
      body.username,
      body.password,
      originOf(req, address),
    );
    noteAudit({ principal: { userId: session.user.id, username: session.user.username } });
    cookie.write(res, refreshToken);
    return session;
  });

  mount(api, endpoints.refresh, async ({ req, res }) => {
    checkOrigin(req, publicUrl, true);
    const token = cookie.read(req);
    if (token === undefined) throw new AppError('unauthenticated');
    const { session, refreshToken } = await service.refresh(token);
    cookie.write(res, refreshToken);
    return session;
  });

  mount(api, endpoints.logout, async ({ principal, req, res, noteAudit }) => {
    const token = cookie.read(req);
    // the bearer's own header needs no Origin, a cookie alone does
    checkOrigin(req, publicUrl, token !== undefined && principal === null);
    const user = await service.logout(token, principal);
    if (user !== undefined) noteAudit({ principal: user });
    cookie.clear(res);
  });

  mount(api, endpoints.changePassword, async ({ principal, body, address, req, res }) => {
    const { session, refreshToken } = await service.changePassword(principal, body, originOf(req, address));
    cookie.write(res, refreshToken);
    return session;
  });

  mount(api, endpoints.me, ({ principal }) => readMe(profile, authoriser, principal));
}

type OwnGrants = Pick<Authoriser, 'ownGrants'>;

async function readMe(profile: Profile, authoriser: OwnGrants, principal: Principal) {
  const [user, { roles, grants }] = await Promise.all([
    profile.user(principal.token?.makerId ?? principal.userId),
    authoriser.ownGrants(principal),
  ]);
  const menus = await profile.menus(
    principal,
    roles.map(({ name }) => name),
  );
  return { user, menus, roles, grants, nodeShells: profile.nodeShells, portForwards: profile.portForwards };
}

/** The same, live: what is granted and taken reaches pages that are open. */
export function addAuthTopics(
  topics: LiveTopics,
  { profile, authoriser, versions }: { profile: Profile; authoriser: OwnGrants; versions: Versions },
): void {
  topics.add(endpoints.me, {
    read: ({ principal }) => readMe(profile, authoriser, principal),
    watch: (_call, changed) => versions.onChange('policies', changed),
  });
}
