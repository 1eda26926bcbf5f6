import { SignJWT } from 'jose';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { AccessTokens, accessTokenSeconds } from './access-tokens.ts';

const key = new Uint8Array(32).fill(7);
const claims = { userId: 'u', sessionId: 's' };
const tokens = new AccessTokens(key);

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

test('a token that was good once is refused when its time is over', async () => {
  const token = await tokens.issue(claims);
  expect(await tokens.verify(token)).toEqual(claims);
  vi.setSystemTime(Date.now() + (accessTokenSeconds - 1) * 1000);
  expect(await tokens.verify(token)).toEqual(claims);
  vi.setSystemTime(Date.now() + 2000);
  await expect(tokens.verify(token)).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('a token that claims a longer life is good for no longer than ours', async () => {
  const longer = await new SignJWT({ sid: 's' })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setIssuer('pilothouse')
    .setAudience('pilothouse')
    .setSubject('u')
    .setIssuedAt()
    .setExpirationTime('10h')
    .sign(key);
  expect(await tokens.verify(longer)).toEqual(claims);
  vi.setSystemTime(Date.now() + (accessTokenSeconds + 1) * 1000);
  await expect(tokens.verify(longer)).rejects.toMatchObject({ code: 'unauthenticated' });
});

test('another signature on the same words is refused, also after the good one', async () => {
  const token = await tokens.issue(claims);
  await tokens.verify(token);
  const forged = await new AccessTokens(new Uint8Array(32).fill(8)).issue(claims);
  await expect(tokens.verify(forged)).rejects.toMatchObject({ code: 'unauthenticated' });
  const [head, body] = token.split('.');
  await expect(tokens.verify(`${head}.${body}.${forged.split('.')[2]}`)).rejects.toMatchObject({
    code: 'unauthenticated',
  });
});
