import { expect, test } from 'vitest';
import { scrollsSideways, seriousFindings } from './support/accessibility.ts';
import { screenshot } from './support/browser.ts';
import { useScene } from './support/scene.ts';
import { adminPassword, submitLogin, submitPasswordChange } from './support/sign-in.ts';

const scene = useScene();

test.each([
  ['en-US', 'light'],
  ['en-US', 'dark'],
  ['zh-CN', 'light'],
  ['zh-CN', 'dark'],
] as const)(
  'the login page in %s, %s: no serious finding, no sideways scroll',
  async (locale, colorScheme) => {
    const { page } = await scene.open('/', { locale, colorScheme });
    await page.waitForURL(({ pathname }) => pathname === '/login');
    await page.locator('#username').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe(locale);
    expect(await seriousFindings(page)).toEqual([]);
    expect(await scrollsSideways(page)).toBe(false);
    await screenshot(page, `login-${locale}-${colorScheme}`);
  },
);

test('a wrong password is refused in the same words as an unknown user', async () => {
  const said = [];
  for (const username of ['admin', 'nobody']) {
    const tab = await scene.open('/login');
    tab.allow(/status of 401/);
    await submitLogin(tab.page, username, 'not the password');
    const alert = await tab.page.getByRole('alert').first().innerText();
    said.push(alert.replace(/[0-9a-f-]{36}/, '<request>'));
    expect(new URL(tab.page.url()).pathname).toBe('/login');
  }
  expect(said[0]).toContain('Wrong user name or password');
  expect(said[1]).toBe(said[0]);
});

test('the first sign-in changes the one-time password before anything else, and a reload keeps the session', async () => {
  const { page } = await scene.open('/clusters');
  await submitLogin(page, 'admin', scene.product.firstPassword ?? '');
  await page.locator('#current-password').waitFor();
  expect(await seriousFindings(page)).toEqual([]);

  await page.goto(`${scene.product.url}/clusters`);
  await page.locator('#current-password').waitFor();

  await submitPasswordChange(page, scene.product.firstPassword ?? '', adminPassword);
  await page.waitForURL(({ pathname }) => pathname === '/clusters');
  await page.reload();
  await page.getByTestId('user-menu').waitFor();
  expect(new URL(page.url()).pathname).toBe('/clusters');
});

test('the one-time password is spent, the new one works, signing out ends the session', async () => {
  const tab = await scene.open('/login');
  tab.allow(/status of 401/);
  const { page } = tab;
  await submitLogin(page, 'admin', scene.product.firstPassword ?? '');
  await page.getByRole('alert').first().waitFor();
  await submitLogin(page, 'admin', adminPassword);
  await page.getByTestId('user-menu').waitFor();

  await page.getByTestId('user-menu').click();
  await page.getByText('Sign out').click();
  await page.waitForURL(({ pathname }) => pathname === '/login');
  await page.goto(`${scene.product.url}/clusters`);
  await page.waitForURL(({ pathname }) => pathname === '/login');
  expect(await page.locator('#password').isVisible()).toBe(true);
});
