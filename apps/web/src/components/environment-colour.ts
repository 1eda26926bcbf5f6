import type { Environment } from '../api/clusters.ts';

/** ant-design-vue's preset colours, so that tags fit both themes. */
export const environmentColours: Record<Environment, string> = {
  production: 'red',
  staging: 'orange',
  test: 'purple',
  development: 'blue',
  other: 'default',
};
