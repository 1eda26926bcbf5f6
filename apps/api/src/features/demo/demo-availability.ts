import { goAvailable, toolsBuilt } from '@pilothouse/control-plane';
import { isLoopbackHost } from '@pilothouse/kube';

/** Settings that decide whether a demo cluster may run here. */
export interface DemoSettings {
  demo: 'auto' | 'off';
  production: boolean;
  /** Where the platform listens: a demo cluster is for who sits at this machine. */
  host: string;
}

/** Why there can be no demo cluster here; the SPA has a sentence for each. */
export type DemoObstacle = 'production' | 'notLoopback' | 'noGo';

/** Undefined where one can be started. */
export async function demoObstacle({ production, host }: DemoSettings): Promise<DemoObstacle | undefined> {
  if (production) return 'production';
  if (!isLoopbackHost(host)) return 'notLoopback';
  if (!(await goAvailable()) && !(await toolsBuilt(['controlPlane']))) return 'noGo';
  return undefined;
}
