import type { ScaleShape } from '@pilothouse/control-plane';

/** How big the measured cluster is; bars that take longer at full size read from here too. */
export interface Size {
  name: 'full' | 'small';
  nodes: number;
  shape: ScaleShape;
  /** Clusters nobody looks at. */
  idleClusters: number;
  /** Watch events that bar 11 provokes. */
  watchEvents: number;
  /** How long nothing happens before bar 10 measures again. */
  quietSeconds: number;
}

export const sizes: Record<Size['name'], Size> = {
  full: {
    name: 'full',
    nodes: 1000,
    shape: { deployments: 200, podsPerDeployment: 100, namespaces: 20 },
    idleClusters: 50,
    watchEvents: 10_000,
    quietSeconds: 600,
  },
  small: {
    name: 'small',
    nodes: 100,
    shape: { deployments: 20, podsPerDeployment: 100, namespaces: 4 },
    idleClusters: 20,
    watchEvents: 2000,
    quietSeconds: 20,
  },
};

/** The cluster beside it: 200 pods of the same kind, so that a list of few is asked for in the same way. */
export const sideSize = { nodes: 10, shape: { deployments: 20, podsPerDeployment: 10, namespaces: 4 } };

export const podCount = ({ shape }: Pick<Size, 'shape'>): number =>
  shape.deployments * shape.podsPerDeployment;
