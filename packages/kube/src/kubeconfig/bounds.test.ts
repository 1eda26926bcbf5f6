import { mintAuthority, mintCertificate, type KeyPair } from '@pilothouse/control-plane';
import { readKubectlYaml } from '@pilothouse/kinds';
import { timesTheCost } from '@pilothouse/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { inspectKubeconfig } from './inspect-kubeconfig.ts';
import { readContext } from './read-context.ts';

let ca: KeyPair;
let admin: KeyPair;
beforeAll(async () => {
  ca = await mintAuthority('test-ca');
  admin = await mintCertificate({ ca, commonName: 'admin' });
});

const base64 = (text: string) => Buffer.from(text).toString('base64');

const inspect = (text: string) => () => {
  try {
    inspectKubeconfig(text);
  } catch (error) {
    expect(error).toMatchObject({ name: 'KubeconfigError' });
  }
};

/** Contexts that share a cluster and a user, each a mapping of its own. */
function contexts(count: number, cluster: string, user: string): string {
  const list = (of: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => of(index)).join('\n');
  return `kind: Config
clusters:
${list((i) => `- { name: c${i}, cluster: ${i === 0 ? `&c ${cluster}` : '*c'} }`)}
users:
${list((i) => `- { name: u${i}, user: ${i === 0 ? `&u ${user}` : '*u'} }`)}
contexts:
${list((i) => `- { name: x${i}, context: { cluster: c${i}, user: u${i} } }`)}
`;
}

describe('a kubeconfig, whatever is in it, does not keep the process from others', () => {
  it('of as many contexts as may be', async () => {
    const text = contexts(150, '{ server: https://10.0.0.1 }', '{ token: t }');
    expect(inspectKubeconfig(text).contexts).toHaveLength(150);
    // to judge them all costs less than to read the text
    expect(await timesTheCost(inspect(text), () => readKubectlYaml(text))).toBeLessThan(3);
  });

  it('of many contexts that share a long bundle and a key', async () => {
    const bundle = base64(ca.certificate.repeat(150)).slice(0, 200_000);
    const whole = base64(ca.certificate.repeat(100));
    for (const authority of [bundle, whole]) {
      const cluster = `{ server: https://10.0.0.1, certificate-authority-data: ${authority} }`;
      const user = `{ client-certificate-data: ${base64(admin.certificate)}, client-key-data: ${base64(admin.key)} }`;
      const one = inspect(contexts(1, cluster, user));
      const withoutThem = inspect(contexts(150, '{ server: https://10.0.0.1 }', '{ token: t }'));
      const apart = () => {
        one();
        withoutThem();
      };
      expect(await timesTheCost(inspect(contexts(150, cluster, user)), apart)).toBeLessThan(5);
    }
    const usable = contexts(150, `{ server: https://10.0.0.1, certificate-authority-data: ${whole} }`, '{}');
    expect(inspectKubeconfig(usable).contexts[149]).toMatchObject({ problems: [] });
  });

  it.each<[string, string, RegExp]>([
    ['20,000 values', `a: [${'x,'.repeat(20_000)}]`, /more than 3000 values.*--minify/],
    ['20,000 lines', 'a:\n' + '- x\n'.repeat(20_000), /more than 3000 values/],
    ['4,000 values', `a: [${'x,'.repeat(4000)}]`, /more than 3000 values/],
    ['20,000 aliases', `a: &a x\nb: [${'*a,'.repeat(20_000)}]`, /more than 3000 values/],
    ['a quarter of a megabyte', `a: ${'x'.repeat(262_144)}`, /larger than 262144 bytes.*--minify/],
    ['as many bytes in fewer characters', `a: ${'€'.repeat(100_000)}`, /larger than 262144 bytes/],
  ])('of %s: refused by name', async (_what, text, reason) => {
    const failure = (() => {
      try {
        return readContext(text, undefined, { allowInsecure: false });
      } catch (error) {
        return error;
      }
    })();
    expect(failure).toMatchObject({
      code: 'kubeconfigUnreadable',
      params: { reason: expect.stringMatching(reason) },
    });
    const allowed = inspect(`a: [${'x,'.repeat(2900)}]`);
    expect(await timesTheCost(inspect(text), allowed)).toBeLessThan(4);
  });
});
