import type { TestProject } from 'vitest/node';
import { keepTestClusters } from './test-clusters.ts';

/** Lets the files of a run share clusters: see `sharedTestCluster`. Starts nothing until one is asked for. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { url, token, close } = await keepTestClusters();
  project.provide('testClusters', { url, token });
  return close;
}
