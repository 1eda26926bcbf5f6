import type { Page } from 'playwright-core';
import type { Product } from './product.ts';

export const adminPassword = 'quiet harbour at dawn 7';

/** Fills in the login page; what comes next is the caller's to wait for. */
export async function submitLogin(page: Page, username: string, password: string): Promise<void> {
  await page.locator('#username').fill(username);
  await page.locator('#password').fill(password);
  await page.locator('button[type=submit]').click();
}

/** Fills in the password form, on the forced page or in the profile. */
export async function submitPasswordChange(page: Page, current: string, next: string): Promise<void> {
  await page.locator('#current-password').fill(current);
  await page.locator('#new-password').fill(next);
  await page.locator('#repeat-password').fill(next);
  await page.locator('button[type=submit]').click();
}

/** Opens a page of the product as a signed-in user who owes no password change. */
export async function signIn(
  page: Page,
  product: Product,
  { username = 'admin', password = adminPassword, path = '/' } = {},
): Promise<void> {
  await page.goto(`${product.url}/login?returnTo=${encodeURIComponent(path)}`);
  await submitLogin(page, username, password);
  await page.waitForURL((url) => url.pathname !== '/login');
}
