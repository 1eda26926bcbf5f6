import type { manifestPlan, operationItem } from '@pilothouse/contract';
import { expect } from 'vitest';
import type { z } from 'zod';
import type { TestApiOptions } from '../../../testing/test-api.ts';
import type { TestAnswer, TestClient } from '../../../testing/test-client.ts';
import {
  startResourceWorld,
  type ClusterAudit,
  type ResourceWorld,
} from '../../resources/testing/resource-world.ts';

export type Plan = z.output<typeof manifestPlan>;
type Item = z.output<typeof operationItem>;

export const door = '/clusters/here/manifests';

/** Whoever may do anything, and how texts are planned and applied in a namespace of the test's own. */
export interface ManifestWorld extends ResourceWorld {
  admin: TestClient;
  plan(text: string, more?: object, client?: TestClient): Promise<Plan[]>;
  submit(text: string, plans: (Plan | undefined)[], more?: object, client?: TestClient): Promise<TestAnswer>;
  /** Applies what was planned, to the operation's end. */
  run(text: string, plans: (Plan | undefined)[], more?: object, client?: TestClient): Promise<Item[]>;
  /** Planned and applied, as somebody does who agrees with all of it. */
  apply(text: string, more?: object): Promise<Item[]>;
  /** What kubectl reads; null where there is none. */
  found(kind: string, name: string, ...where: string[]): Promise<FoundObject | null>;
  /** What this platform has sent since to be written, or tried out. */
  sentFromNow(): Promise<() => Promise<ClusterAudit[]>>;
}

// tests look into objects of every kind
// oxlint-disable-next-line typescript/no-explicit-any
type FoundObject = any;

export const errorOf = ({ status, body }: TestAnswer) => [status, body.error?.code];
export const statesOf = (plans: Plan[]) => plans.map(({ state, error }) => error?.code ?? state);
export const resultsOf = (items: Item[]) => items.map(({ target, result }) => [target, result?.code]);

export async function startManifestWorld(
  namespace: string,
  options: TestApiOptions = {},
): Promise<ManifestWorld> {
  const world = await startResourceWorld(namespace, options);
  const { admin } = world.api;

  const plan: ManifestWorld['plan'] = async (text, more = {}, client = admin) => {
    const answer = await client.post(`${door}/plan`, { text, namespace, ...more });
    expect([answer.status, answer.body.error]).toEqual([200, undefined]);
    return answer.body.documents;
  };
  const submit: ManifestWorld['submit'] = (text, plans, more = {}, client = admin) => {
    const documents = plans.map((each) => ({ index: each?.index, target: each?.target }));
    return client.post(door, { text, namespace, ...more, documents });
  };
  const run: ManifestWorld['run'] = async (text, plans, more = {}, client = admin) => {
    const answer = await submit(text, plans, more, client);
    expect([answer.status, answer.body.error]).toEqual([202, undefined]);
    const { operation } = answer.body;
    await expect
      .poll(async () => (await client.get(`/operations/${operation}`)).body.endedAt, { timeout: 90_000 })
      .not.toBeNull();
    return (await client.get(`/operations/${operation}/items?pageSize=500`)).body.items;
  };
  return {
    ...world,
    admin,
    plan,
    submit,
    run,
    apply: async (text, more) => run(text, await plan(text, more), more),
    async found(kind, name, ...where) {
      const flags = where.length > 0 ? where : ['-n', namespace];
      const show = ['-o', 'json', '--ignore-not-found', '--show-managed-fields'];
      const text = await world.cluster.kubectl('get', kind, name, ...show, ...flags);
      return text.trim() === '' ? null : JSON.parse(text);
    },
    async sentFromNow() {
      const audited = await world.auditedFromNow();
      return async () => {
        // once the last one is there, those before it are
        await admin.get(`/clusters/here/k8s/core/configmaps/${namespace}/kube-root-ca.crt`);
        const seen = async () =>
          (await audited()).some(({ requestURI }) =>
            requestURI.includes(`${namespace}/configmaps/kube-root`),
          );
        await expect.poll(seen).toBe(true);
        const { body } = await admin.get('/audit?pageSize=100');
        const ours = new Set(body.items.map(({ auditId }: { auditId: string }) => auditId));
        return (await audited()).filter(({ auditID }) => ours.has(auditID));
      };
    },
  };
}
