import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AuditRepository } from '../../audit/audit.repository.ts';
import { AuditTrail } from '../../audit/audit-trail.ts';
import { Authoriser } from '../../authz/authoriser.ts';
import { newId } from '../../db/ids.ts';
import { dayMs } from '../../db/retention.ts';
import { MadeInstances } from './made-instance.repository.ts';
import { Removal } from './removal.ts';
import payloads from './testing/payloads.json' with { type: 'json' };
import { noCommit, push, startWebhookWorld, type WebhookWorld } from './testing/webhook-world.ts';

let world: WebhookWorld;
beforeAll(async () => {
  world = await startWebhookWorld();
});
afterAll(() => world?.api.stop());

async function isRemoved(name: string): Promise<boolean> {
  const row = await world.api.container.database.prisma.instance.findFirstOrThrow({ where: { name } });
  return row.removedAt !== null;
}

describe('a push', () => {
  test('makes an instance, sets its image, and says so; an older commit does nothing', async () => {
    const maker = await world.operator('pushes');
    const own = await world.hook(maker);
    const first = 'b'.repeat(40);
    const made = await world.send(
      own,
      push('refs/heads/main', { commit: first, at: '2026-01-05T10:00:00Z' }),
    );
    expect(made).toMatchObject({ status: 202, body: { outcome: 'done', result: { code: 'create' } } });
    const instance = await world.named('main');
    expect(instance).toMatchObject({ image: 'registry.local/cart:bbbbbbb', version: 1 });
    const later = { commit: 'c'.repeat(40), before: first, at: '2026-01-05T11:00:00Z' };
    expect((await world.send(own, push('refs/heads/main', later))).body.result.code).toBe('update');
    expect(await world.named('main')).toMatchObject({ image: 'registry.local/cart:ccccccc', version: 2 });
    const older = { commit: 'd'.repeat(40), at: '2026-01-05T10:30:00Z' };
    expect((await world.send(own, push('refs/heads/main', older))).body.result.code).toBe('older');
    // what says that it follows the one that is there does, although its author’s clock was slow
    const follows = { ...older, before: later.commit };
    expect((await world.send(own, push('refs/heads/main', follows))).body.result.code).toBe('update');
    expect((await world.send(own, push('refs/heads/main', follows))).body.result.code).toBe('same');
    const versions = await maker.get(`/applications/${world.cart}/instances/${instance?.id}/versions`);
    expect(versions.body.versions[0]).toMatchObject({
      author: 'pushes',
      reason: expect.stringContaining('branch main'),
    });
    const deliveries = (await maker.get(`${own.path}/deliveries`)).body.deliveries;
    expect(deliveries.map(({ result }: { result: { code: string } }) => result.code)).toEqual([
      'same',
      'update',
      'older',
      'update',
      'create',
    ]);
    const audit = await world.api.admin.get('/audit?code=webhook.receive&user=pushes');
    expect(audit.body.items).toHaveLength(5);
    expect(audit.body.items[0]).toMatchObject({
      name: 'repository',
      outcome: 'succeeded',
      params: { result: 'same' },
    });
  });

  test('of a fork, another repository, another branch, or what is no push does nothing', async () => {
    const own = await world.hook(await world.operator('ignores'), { name: 'i-{ref}' });
    const codes = [
      await world.send(own, push('refs/heads/main', { fork: true })),
      await world.send(own, push('refs/heads/other')),
      await world.send(own, payloads['github-ping'], { 'x-github-event': 'ping' }),
      await world.send(own, payloads['github-create'], { 'x-github-event': 'create' }),
      await world.send(
        await world.hook(world.api.admin, { repository: 'acme/desk' }),
        push('refs/heads/main'),
      ),
      await world.send(await world.hook(world.api.admin, {}, { isEnabled: false }), push('refs/heads/main')),
    ].map(({ status, body }) => [status, body.outcome, body.result.code]);
    expect(codes).toEqual(
      ['fork', 'noRule', 'notPush', 'notPush', 'otherRepository', 'disabled'].map((code) => [
        202,
        'nothing',
        code,
      ]),
    );
    expect((await world.instances()).filter(({ name }) => name.startsWith('i-'))).toEqual([]);
  });

  test('makes no more instances than the rule says, nor takes one that is another’s', async () => {
    const maker = await world.operator('capped');
    const own = await world.hook(maker, { name: 'capped-{branch}', branches: ['*'], maxInstances: 2 });
    const refs = ['one', 'two', 'three', 'four', 'five'].map((name) => `refs/heads/${name}`);
    const answers = await Promise.all(refs.map((ref) => world.send(own, push(ref))));
    const codes = answers.map(({ body }) => body.result.code).toSorted();
    expect(codes).toEqual(['create', 'create', 'tooManyInstances', 'tooManyInstances', 'tooManyInstances']);
    expect((await world.instances()).filter(({ name }) => name.startsWith('capped-'))).toHaveLength(2);
    const mine = { name: 'mine', namespaceId: world.namespaceId, spec: { image: 'x:1', replicas: 1 } };
    expect((await maker.post(`/applications/${world.cart}/instances`, mine)).status).toBe(201);
    const taken = await world.send(await world.hook(maker, { branches: ['mine'] }), push('refs/heads/mine'));
    expect(taken.body).toMatchObject({ outcome: 'failed', result: { code: 'instanceNotOfWebhook' } });
    // named outright it is meant
    const outright = await world.hook(maker, { branches: ['mine'], name: 'mine' });
    expect((await world.send(outright, push('refs/heads/mine'))).body.result.code).toBe('update');
    await world.send(outright, push('refs/heads/mine', { commit: noCommit }));
    expect((await maker.get(`${outright.path}/deliveries`)).body.deliveries[0].result.code).toBe(
      'noInstance',
    );
  });

  test('may be tried, which does nothing, and repeated', async () => {
    const maker = await world.operator('tries');
    const own = await world.hook(maker, { name: 't-{branch}', tags: [] });
    const tried = await maker.post(`${own.path}/try`, { payload: JSON.stringify(push('refs/heads/main')) });
    expect(tried).toMatchObject({
      status: 200,
      body: { outcome: 'done', result: { code: 'create' }, instance: { id: null, name: 't-main' } },
    });
    expect(await world.named('t-main')).toBeUndefined();
    expect((await maker.get(`${own.path}/deliveries`)).body.deliveries).toEqual([]);
    const unreadable = await maker.post(`${own.path}/try`, { payload: '{"ref":1}', event: 'push' });
    expect(unreadable).toMatchObject({
      status: 400,
      body: { error: { code: 'payloadFieldUnreadable', field: 'body.payload' } },
    });
    await world.send(own, push('refs/tags/v1'));
    const [delivery] = (await maker.get(`${own.path}/deliveries`)).body.deliveries;
    expect(delivery).toMatchObject({ outcome: 'nothing', result: { code: 'noRule' }, isRepeat: false });
    await maker.put(own.path, {
      name: 'repository',
      sender: 'github',
      rule: world.ruleOf({ name: 't-{ref}' }),
    });
    const repeated = await maker.post(`${own.path}/deliveries/${delivery.id}/repeat`);
    expect(repeated.body).toMatchObject({ outcome: 'done', result: { code: 'create' }, isRepeat: true });
    expect(await world.named('t-v1')).toBeDefined();
  });
});

describe('a branch that is deleted', () => {
  test('takes its instance along after its days, in one process, with the rights of then', async () => {
    const maker = await world.operator('deletes');
    const own = await world.hook(maker, { name: 'd-{branch}', branches: ['*'], removeAfterDays: 3 });
    await world.send(own, push('refs/heads/old'));
    await world.send(own, push('refs/heads/back'));
    expect(
      (await world.send(own, payloads['github-delete'], { 'x-github-event': 'delete' })).body.result.code,
    ).toBe('noInstance');
    expect((await world.send(own, push('refs/heads/old', { commit: noCommit }))).body.result.code).toBe(
      'remove',
    );
    expect((await world.send(own, push('refs/heads/old', { commit: noCommit }))).body.result.code).toBe(
      'same',
    );
    await world.send(own, push('refs/heads/back', { commit: noCommit }));
    // pushed again it stays
    expect(
      (await world.send(own, push('refs/heads/back', { at: '2026-01-06T00:00:00Z' }))).body.result.code,
    ).toBe('update');
    const inDays = (days: number) => new Date(Date.now() + days * dayMs);
    await removals().sweep(inDays(2));
    expect(await isRemoved('d-old')).toBe(false);
    await Promise.all([removals().sweep(inDays(4)), removals().sweep(inDays(4))]);
    expect(await isRemoved('d-old')).toBe(true);
    expect(await isRemoved('d-back')).toBe(false);
    const { prisma } = world.api.container.database;
    const rows = await prisma.auditEvent.findMany({ where: { code: 'webhook.remove', username: 'deletes' } });
    expect(rows).toMatchObject([{ name: 'd-old', outcome: 'succeeded' }]);

    await world.send(own, push('refs/heads/kept'));
    await world.send(own, push('refs/heads/kept', { commit: noCommit }));
    await world.api.admin.patch('/users/deletes', { disabled: true });
    await removals().sweep(inDays(4));
    expect(await isRemoved('d-kept')).toBe(false);
    const refused = { code: 'webhook.remove', outcome: 'refused', name: 'd-kept' };
    expect(await prisma.auditEvent.count({ where: refused })).toBe(1);
  });

  test('stays where the rule says so', async () => {
    const own = await world.hook(await world.operator('keeps'), {
      name: 'k-{branch}',
      removeAfterDays: null,
    });
    await world.send(own, push('refs/heads/main'));
    expect((await world.send(own, push('refs/heads/main', { commit: noCommit }))).body.result.code).toBe(
      'keep',
    );
  });
});

/** As each process has it; instances are removed by the platform's own door. */
function removals(): Removal {
  const { database, versions } = world.api.container;
  return new Removal({
    authoriser: new Authoriser(database, versions, () => undefined),
    audit: new AuditTrail({
      rows: new AuditRepository(database),
      log: pino({ level: 'silent' }),
      owner: newId(),
    }),
    instances: {
      remove: async ({ application, instance }) => {
        const answer = await world.api.admin.delete(`/applications/${application}/instances/${instance}`);
        expect(answer.status).toBe(202);
      },
    },
    made: new MadeInstances(database),
  });
}
