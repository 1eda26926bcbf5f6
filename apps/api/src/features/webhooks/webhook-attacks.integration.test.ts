import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newId } from '../../db/ids.ts';
import { dayMs } from '../../db/retention.ts';
import { databaseContent } from '../../testing/database-content.ts';
import type { TestAnswer } from '../../testing/test-client.ts';
import { DeliveryRepository } from './delivery.repository.ts';
import {
  hooksOf,
  push,
  refusal,
  sign,
  startWebhookWorld,
  type Hook,
  type WebhookWorld,
} from './testing/webhook-world.ts';

let world: WebhookWorld;
beforeAll(async () => {
  world = await startWebhookWorld();
});
afterAll(() => world?.api.stop());

describe('an attack', () => {
  let own: Hook;
  let text: string;
  beforeAll(async () => {
    own = await world.hook(await world.operator('attacked'), { name: 'x-{branch}', branches: ['*'] });
    text = JSON.stringify(push('refs/heads/evil'));
  });
  const sendRaw = (body: string, headers: Record<string, string>, id = own.id) =>
    world.api.anonymous.post(`/hooks/${id}`, body, { headers: { 'x-github-event': 'push', ...headers } });

  test.each([
    ['no signature', () => ({})],
    ['an empty one', () => ({ 'x-hub-signature-256': '' })],
    ['another secret', () => ({ 'x-hub-signature-256': sign('guessed', text) })],
    ['another body', () => ({ 'x-hub-signature-256': sign(own.secret, `${text} `) })],
    ['SHA-1', () => ({ 'x-hub-signature': sign(own.secret, text, 'sha1') })],
    ['SHA-1 in the place of SHA-256', () => ({ 'x-hub-signature-256': sign(own.secret, text, 'sha1') })],
    ['another sender’s way', () => ({ 'x-gitlab-token': own.secret })],
    ['a session in its place', () => ({ authorization: `Bearer ${world.api.admin.token}` })],
  ])('with %s is refused, as is a webhook that is not there', async (_what, headers) => {
    const answers = [await sendRaw(text, headers()), await sendRaw(text, headers(), newId())];
    for (const answer of answers) expect(refusal(answer)).toEqual([401, 'badSignature']);
    const shape = ({ body }: TestAnswer) => JSON.stringify({ ...body.error, requestId: '' });
    expect(shape(answers[0] as TestAnswer)).toBe(shape(answers[1] as TestAnswer));
  });

  test('with a body that came before is refused, for 7 days and by each of two at once', async () => {
    const signed = { 'x-hub-signature-256': sign(own.secret, text) };
    const both = await Promise.all([sendRaw(text, signed), sendRaw(text, signed)]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([202, 409]);
    expect(refusal(await sendRaw(text, { ...signed, 'x-github-delivery': newId() }))).toEqual([
      409,
      'deliveryRepeated',
    ]);
    const { database } = world.api.container;
    const afterDays = async (days: number) => {
      const at = new Date(Date.now() - days * dayMs);
      await database.prisma.webhookDelivery.updateMany({ where: { webhookId: own.id }, data: { at } });
      await new DeliveryRepository(database).prune(new Date(Date.now() - 7 * dayMs), 500);
      return (await sendRaw(text, signed)).status;
    };
    expect(await afterDays(6.9)).toBe(409);
    expect(await afterDays(7.1)).toBe(202);
  });

  test('with more than a MiB, or compressed, is refused', async () => {
    const large = JSON.stringify({ pad: 'x'.repeat(2 ** 20) });
    expect(refusal(await sendRaw(large, { 'x-hub-signature-256': sign(own.secret, large) }))).toEqual([
      413,
      'bodyTooLarge',
    ]);
    const answer = await sendRaw(text, { 'content-encoding': 'gzip' });
    expect(answer.status).toBe(400);
    const whole = JSON.stringify({ ...push('refs/heads/full'), pad: '' });
    const full = whole.replace('"pad":""', `"pad":"${'x'.repeat(2 ** 20 - whole.length)}"`);
    expect(Buffer.byteLength(full)).toBe(2 ** 20);
    expect((await world.send(own, full)).status).toBe(202);
  });

  test('with more calls than it takes is refused unread, and only counted', async () => {
    const flooded = await world.hook(await world.operator('flooded'), { name: 'f-{branch}' });
    const answers: TestAnswer[] = [];
    // in the time that this takes a few more are let through
    while (!answers.some(({ status }) => status === 429) && answers.length < 1000)
      answers.push(...(await Promise.all([1, 2, 3, 4, 5].map(() => sendRaw('{}', {}, flooded.id)))));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.length - refused.length).toBeGreaterThanOrEqual(100);
    expect(refused[0]?.body.error.code).toBe('tooManyAttempts');
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
    expect((await sendRaw(text, {})).status).toBe(401);

    const { database } = world.api.container;
    const noted = (status: number) =>
      database.prisma.auditEvent.count({ where: { name: flooded.id, status } });
    expect(await noted(401)).toBeGreaterThan(0);
    expect(await noted(429)).toBe(0);
    const { webhooks } = (await world.api.admin.get(hooksOf(world.cart))).body;
    expect(webhooks.find(({ id }: Hook) => id === flooded.id)).toMatchObject({
      refusedCalls: refused.length,
    });
    expect((await world.api.admin.get(`${flooded.path}/deliveries`)).body.total).toBe(0);
  });

  test('by a maker who may no longer does nothing', async () => {
    const maker = await world.operator('loses');
    const theirs = await world.hook(maker, { name: 'l-{branch}', branches: ['*'] });
    expect((await world.send(theirs, push('refs/heads/a'))).body.outcome).toBe('done');
    const { body } = await world.api.admin.get('/grants?user=loses');
    await world.api.admin.delete(`/grants/${body.items[0].id}`);
    await world.api.admin.post('/grants', {
      subject: { kind: 'user', user: 'loses' },
      role: 'developer',
      scope: { kind: 'tree', node: world.shop },
    });
    expect((await world.send(theirs, push('refs/heads/b'))).body).toMatchObject({
      outcome: 'failed',
      result: { code: 'forbidden' },
    });
    expect(await world.named('l-b')).toBeUndefined();
    // whoever saves it is whose rights it has
    await world.api.admin.put(theirs.path, {
      name: 'repository',
      sender: 'github',
      rule: world.ruleOf({ name: 'l-{branch}', branches: ['*'] }),
    });
    expect((await world.send(theirs, push('refs/heads/c'))).body.outcome).toBe('done');
    const [view] = (await world.api.admin.get(hooksOf(world.cart))).body.webhooks.filter(
      ({ id }: Hook) => id === theirs.id,
    );
    expect(view).toMatchObject({ maker: 'admin', instances: 2 });
  });

  test('on a namespace of another project, or by another application’s address, is refused', async () => {
    const theirs = await world.node(await world.node(await world.node(null, 'other'), 'g'), 'p');
    const foreign = await world.openNamespace(theirs, 'foreign');
    const settings = { name: 'x', sender: 'github', rule: world.ruleOf({ namespaceId: foreign }) };
    expect(refusal(await world.api.admin.post(hooksOf(world.cart), settings))).toEqual([400, 'invalidField']);
    expect(
      refusal(
        await world.api.admin.put(own.path, { ...settings, rule: world.ruleOf({ namespaceId: foreign }) }),
      ),
    ).toEqual([400, 'invalidField']);
    for (const answer of [
      await world.api.admin.get(`${hooksOf(world.desk)}/${own.id}/deliveries`),
      await world.api.admin.post(`${hooksOf(world.desk)}/${own.id}/secret`),
      await world.api.admin.delete(`${hooksOf(world.desk)}/${own.id}`),
    ])
      expect(refusal(answer)).toEqual([404, 'notFound']);
  });

  test('by a token makes no webhook and reads no secret', async () => {
    const { body } = await world.api.admin.post('/account/tokens', {
      name: 'ci',
      scopes: [{ role: 'platform-admin', scope: { kind: 'all' } }],
      expiresInSeconds: 3600,
    });
    const token = world.api.anonymous.as(body.secret);
    expect((await token.get(hooksOf(world.cart))).status).toBe(200);
    const settings = { name: 'x', sender: 'github', rule: world.ruleOf() };
    for (const answer of [
      await token.post(hooksOf(world.cart), settings),
      await token.put(own.path, settings),
      await token.post(`${own.path}/secret`),
    ])
      expect(refusal(answer)).toEqual([403, 'sessionRequired']);
  });
});

test('a new secret is good at once, and the one before is not', async () => {
  const maker = await world.operator('rotates');
  const own = await world.hook(maker, { name: 'r-{branch}', branches: ['*'] });
  const { body } = await maker.post(`${own.path}/secret`);
  expect(refusal(await world.send(own, push('refs/heads/a')))).toEqual([401, 'badSignature']);
  expect((await world.send({ ...own, secret: body.secret }, push('refs/heads/a'))).status).toBe(202);
});

test('a secret is told once, and stored sealed; a payload is not kept', async () => {
  const maker = await world.operator('canary');
  const own = await world.hook(maker, { name: 'c-{branch}', branches: ['*'] });
  await world.send(own, {
    ...push('refs/heads/a'),
    pusher: { name: 'payload-canary', email: 'payload-canary' },
  });
  await world.send({ ...own, secret: 'wrong' }, push('refs/heads/a'));
  const shown = [
    await maker.get(hooksOf(world.cart)),
    await maker.get(`${own.path}/deliveries`),
    await world.api.admin.get('/audit?pageSize=200'),
    await maker.delete(own.path),
  ];
  const { config } = world.api.container;
  const places = [
    JSON.stringify(shown.map((answer) => answer.body)),
    world.log(),
    await databaseContent(config.databaseUrl),
  ];
  for (const place of places)
    for (const secret of [own.secret, 'payload-canary']) expect(place.includes(secret)).toBe(false);
});
