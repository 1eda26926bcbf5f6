import { readContext } from '@pilothouse/kube';
import { Agent, request } from 'undici';
import { serve } from '../src/helper.ts';

/** Lists all pods, 500 at a time, and reads them with JSON.parse; keeps nothing. */
const commands = {
  async list(kubeconfig: string): Promise<{ ms: number; pods: number; bytes: number }> {
    const { server, caPem, certPem, keyPem } = readContext(kubeconfig, undefined, { allowInsecure: false });
    const dispatcher = new Agent({ connect: { ca: caPem ?? '', cert: certPem ?? '', key: keyPem ?? '' } });
    const begun = performance.now();
    let [pods, bytes, token] = [0, 0, ''];
    do {
      const query = new URLSearchParams({ limit: '500', ...(token !== '' && { continue: token }) });
      const { body } = await request(`${server}/api/v1/pods?${query}`, { dispatcher });
      const text = await body.text();
      const page = JSON.parse(text) as { items: unknown[]; metadata: { continue?: string } };
      pods += page.items.length;
      bytes += Buffer.byteLength(text);
      token = page.metadata.continue ?? '';
    } while (token !== '');
    const ms = performance.now() - begun;
    await dispatcher.close();
    return { ms, pods, bytes };
  },
};
export type PagedList = typeof commands;

serve(commands);
