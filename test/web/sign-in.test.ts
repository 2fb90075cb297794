import { expect, test } from 'vitest';
import { createSignInCode } from '../../src/db/sessions.ts';
import { findToken, hashToken, revokeToken } from '../../src/db/tokens.ts';
import { aSite } from './support/site.ts';
import { noSeriousAxe } from './support/troubles.ts';

const site = aSite();

const everythingKept = `JSON.stringify({
  local: Object.keys(localStorage),
  session: Object.keys(sessionStorage),
  readableCookies: document.cookie,
})`;

test('a deep link asks to sign in, a bad token is told so, a good one leads back to the link; the browser keeps only a cookie no script can read', async () => {
  const { newPage, tokenOf } = site();
  const page = await newPage({ isSignedIn: false, path: '/tasks?view=all&due=today' });
  const token = page.getByLabel('Token', { exact: true });
  await token.waitFor();
  expect(new URL(page.url()).pathname).toBe('/sign-in');
  await noSeriousAxe(page);

  await token.fill('topo_nobodyhasthis');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('That token is not valid or was revoked.').waitFor();
  await noSeriousAxe(page);

  await token.fill(await tokenOf());
  await token.press('Enter');
  await page.getByRole('heading', { name: 'Tasks', level: 1 }).waitFor();
  expect(page.url()).toBe(`${site().url}/tasks?view=all&due=today`);

  const [cookie, another] = await page.context().cookies();
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' });
  expect(another).toBeUndefined();
  expect(JSON.parse(await page.evaluate<string>(everythingKept))).toEqual({
    local: [],
    session: [],
    readableCookies: '',
  });
  await noSeriousAxe(page);
});

test('the link of npm start signs in once; its code leaves the address, and used again it says so', async () => {
  const { newPage, db, tokenOf, caller } = site();
  const tokenId = await tokenIdOf(await tokenOf());
  const code = await db.asSystem((tx) => createSignInCode(tx, { workspaceId: caller.workspaceId, tokenId }));

  const page = await newPage({ isSignedIn: false, path: `/sign-in#code=${code}` });
  await page.getByRole('heading', { name: 'Campaigns', level: 1 }).waitFor();
  expect(page.url()).toBe(`${site().url}/campaigns`);

  const again = await newPage({ isSignedIn: false, path: `/sign-in#code=${code}` });
  await again.getByText('This link was used or is too old. Run npm start again or paste a token.').waitFor();
  expect(again.url()).toBe(`${site().url}/sign-in`);
});

test('who signs out is asked to sign in, and the cookie opens nothing any more', async () => {
  const { newPage, url } = site();
  const page = await newPage({ path: '/accounts' });
  const cookies = await page.context().cookies();
  await page.getByRole('button', { name: /Sam Sender/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByLabel('Token', { exact: true }).waitFor();
  expect(await page.context().cookies()).toEqual([]);

  await expect
    .poll(async () => {
      const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
      return (await fetch(`${url}/app/api/session`, { headers: { cookie } })).status;
    })
    .toBe(401);
});

test('a session that ends while the page is open leads to sign-in, and back to the same place', async () => {
  const { newPage, db, tokenOf } = site();
  const token = await tokenOf();
  const page = await newPage({ isSignedIn: false, path: '/contacts?q=ada' });
  await page.getByLabel('Token', { exact: true }).fill(token);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Contacts', level: 1 }).waitFor();
  const tokenId = await tokenIdOf(token);
  await db.asSystem((tx) => revokeToken(tx, tokenId));

  await page.getByLabel('Token', { exact: true }).waitFor();
  expect(new URL(page.url()).searchParams.get('next')).toBe('/contacts?q=ada');
});

const focused = 'document.activeElement.tagName + " " + document.activeElement.textContent.slice(0, 40)';

test('everything is there by keyboard: the skip link first, and a page that was navigated to has the focus on its heading', async () => {
  const { newPage } = site();
  const page = await newPage({ path: '/campaigns' });
  await page.getByRole('heading', { name: 'Campaigns', level: 1 }).waitFor();
  await page.keyboard.press('Tab');
  expect(await page.evaluate<string>(focused)).toBe('A Skip to the content');
  await page.getByRole('link', { name: 'Accounts' }).press('Enter');
  await page.getByRole('heading', { name: 'Accounts', level: 1 }).waitFor();
  await expect.poll(() => page.evaluate<string>(focused)).toBe('H1 Accounts');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
  await noSeriousAxe(page);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
});

test.each(['light', 'dark'] as const)(
  'the frame has no serious finding in %s colours, nor on a phone',
  async (theme) => {
    const { newPage } = site();
    const page = await newPage({ path: '/campaigns/nothing/nowhere', theme });
    await page.getByRole('heading', { name: 'Not found', level: 1 }).waitFor();
    await noSeriousAxe(page);

    const phone = await newPage({ path: '/campaigns', theme, isPhone: true });
    await phone.getByRole('button', { name: 'Open the navigation' }).tap();
    await phone.getByRole('link', { name: 'Replies' }).waitFor();
    await noSeriousAxe(phone);
    await phone.getByRole('link', { name: 'Replies' }).tap();
    await phone.getByRole('heading', { name: 'Replies', level: 1 }).waitFor();
  },
);

async function tokenIdOf(token: string) {
  const row = await site().db.asSystem((tx) => findToken(tx, hashToken(token)));
  if (!row) throw new Error('the token is not there');
  return row.id;
}
