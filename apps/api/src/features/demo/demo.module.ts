import path from 'node:path';
import type { Core } from '../../core.ts';
import type { Feature } from '../../feature.ts';
import { mountDemo } from './demo.routes.ts';
import { DemoService, type DemoClusters } from './demo.service.ts';

/** The demo cluster. */
export function build({ config, operations, operationRows }: Core, clusters: DemoClusters): Feature {
  const demo = new DemoService({
    settings: config,
    dataDir: path.join(config.dataFolder, 'clusters'),
    clusters,
    operations,
    repository: operationRows,
  });
  return {
    mount: (api) => mountDemo(api, demo),
    operations: () => demo.register(),
    start: () => demo.start(),
    async stop() {
      // a build under way lets go first
      await operations.stop();
      await demo.stop();
    },
  };
}
