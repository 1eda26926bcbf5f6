import { clusterEndpoints as endpoints } from '@pilothouse/contract';
import { mount, type ApiRouter } from '../../http/mount.ts';
import type { DemoService } from './demo.service.ts';

export function mountDemo(api: ApiRouter, demo: DemoService): void {
  mount(api, endpoints.getDemo, () => demo.state());
  mount(api, endpoints.startDemo, ({ principal, address }) => {
    const { userId, username } = principal;
    return demo.begin({ userId, username, address });
  });
}
