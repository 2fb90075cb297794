import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page, ViewportSize } from 'playwright-core';
import { mixedFile } from './screens-story.ts';
import type { World } from './screens-world.ts';

type Shown = Pick<World, 'url' | 'token' | 'campaignId' | 'templateId' | 'draftId'>;

interface Picture {
  name: string;
  path: (shown: Shown) => string;
  /** What is done on the page first. */
  first?: (page: Page) => Promise<void>;
  /** As long as the page is, where its end matters. */
  isWhole?: true;
}

const openFirstRow = (page: Page) => page.locator('main .row-open').first().click();
const press = (name: string | RegExp) => (page: Page) => page.getByRole('button', { name }).first().click();

const connectEmail = async (page: Page) => {
  await press(/^Connect$/)(page);
  await page.getByRole('menuitem', { name: 'Email account' }).click();
};

const chooseFile = async (page: Page) => {
  await page
    .getByLabel('CSV file')
    .setInputFiles({ name: 'spring-leads.csv', mimeType: 'text/csv', buffer: Buffer.from(mixedFile) });
  await page.getByRole('button', { name: /^Import \d+ rows?$/ }).waitFor();
};

/** Every page of the product, in the order of its navigation. */
const pictures: readonly Picture[] = [
  { name: 'templates', path: () => '/templates' },
  { name: 'template-editor', path: ({ templateId }) => `/templates/${templateId}?step=1&pane=preview` },
  { name: 'template-problems', path: ({ draftId }) => `/templates/${draftId}`, first: press('Activate') },
  { name: 'campaigns', path: () => '/campaigns' },
  { name: 'campaign-overview', path: ({ campaignId }) => `/campaigns/${campaignId}/overview`, isWhole: true },
  { name: 'campaign-leads', path: ({ campaignId }) => `/campaigns/${campaignId}/leads` },
  {
    name: 'import-mapping',
    path: ({ campaignId }) => `/campaigns/${campaignId}/leads/import/new`,
    first: chooseFile,
    isWhole: true,
  },
  {
    name: 'import-result',
    path: ({ campaignId }) => `/campaigns/${campaignId}/leads/import/new`,
    first: async (page) => {
      await page.getByText('spring-leads.csv').first().click();
      await page.getByText('Rival Tools').or(page.getByText('buyer@rival-tools.example')).first().waitFor();
    },
  },
  { name: 'campaign-sequences', path: ({ campaignId }) => `/campaigns/${campaignId}/sequences` },
  { name: 'campaign-settings', path: ({ campaignId }) => `/campaigns/${campaignId}/settings` },
  { name: 'campaign-pause', path: ({ campaignId }) => `/campaigns/${campaignId}/overview`, first: press(/^Pause/) },
  {
    name: 'sequence-drawer',
    path: ({ campaignId }) => `/campaigns/${campaignId}/sequences?status=ACTIVE`,
    first: async (page) => {
      await openFirstRow(page);
      await page.getByText(/^Moves \d+ sequence/).waitFor();
    },
  },
  {
    name: 'sequence',
    path: ({ campaignId }) => `/campaigns/${campaignId}/sequences?status=WAITING_FOR_USER`,
    first: async (page) => {
      await openFirstRow(page);
      const { searchParams } = new URL(await page.waitForURL(/sequence=/).then(() => page.url()));
      await page.goto(`/sequences/${searchParams.get('sequence')}`);
    },
    isWhole: true,
  },
  { name: 'tasks', path: () => '/tasks?view=all' },
  { name: 'replies', path: () => '/replies' },
  { name: 'contacts', path: () => '/contacts' },
  { name: 'contact', path: () => '/contacts?q=Grace', first: openFirstRow },
  { name: 'accounts', path: () => '/accounts' },
  { name: 'account-connect', path: () => '/accounts', first: connectEmail },
  { name: 'settings-workspace', path: () => '/settings/workspace' },
  { name: 'settings-members', path: () => '/settings/members' },
  { name: 'settings-tokens', path: () => '/settings/tokens' },
  { name: 'settings-context', path: () => '/settings/context' },
  { name: 'settings-suppressions', path: () => '/settings/suppressions' },
  { name: 'settings-audit', path: () => '/settings/audit' },
  { name: 'dev-mailbox', path: () => '/dev/mailbox' },
  { name: 'dev-linkedin', path: () => '/dev/linkedin' },
];

interface Look {
  name: string;
  options: BrowserContextOptions & { viewport: ViewportSize };
  quality: number;
}

const desk = { viewport: { width: 1280, height: 800 } };
const looks: readonly Look[] = [
  { name: 'light', options: { ...desk, colorScheme: 'light' }, quality: 80 },
  { name: 'dark', options: { ...desk, colorScheme: 'dark' }, quality: 80 },
  {
    name: 'phone',
    options: {
      viewport: { width: 390, height: 844 },
      deviceScaleFactor: 2,
      isMobile: true,
      hasTouch: true,
      colorScheme: 'light',
    },
    quality: 60,
  },
];

interface Asked {
  folder: string;
  /** Names of pictures; none: all. */
  only: readonly string[];
  say: (line: string) => void;
}

/** One after the other, as `<name>-<look>.jpg`. A page that does not come is told, and the others still taken. */
export async function takePictures(browser: Browser, shown: Shown, { folder, only, say }: Asked): Promise<void> {
  const wanted = pictures.filter(({ name }) => only.length === 0 || only.includes(name));
  await importOnce(browser, shown);
  for (const { name: look, options, quality } of looks) {
    const context = await browser.newContext({ ...surroundings, ...options, baseURL: shown.url });
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    page.on('pageerror', (error) => say(`${page.url()}: ${error.message}`));
    const take = async (picture: Picture) => {
      await page.goto(picture.path(shown));
      await settle(page);
      await picture.first?.(page);
      await page.mouse.move(0, 0); // nothing is shown as pointed at
      await settle(page);
      if (picture.isWhole) await growTo(page, options.viewport);
      await page.screenshot({ path: join(folder, `${picture.name}-${look}.jpg`), type: 'jpeg', quality });
      await page.setViewportSize(options.viewport);
    };
    if (only.length === 0 || only.includes('sign-in')) await take({ name: 'sign-in', path: () => '/tasks' });
    await context.request.post('/app/api/session', { data: { token: shown.token } });
    for (const picture of wanted)
      await take(picture).catch((error: unknown) => say(`${picture.name}-${look}: ${String(error).slice(0, 400)}`));
    await context.close();
    say(`${look}: done`);
  }
}

const surroundings = { reducedMotion: 'reduce', timezoneId: 'America/New_York', locale: 'en-GB' } as const;

/** The import whose result is shown; a second time it would add nobody. */
async function importOnce(browser: Browser, { url, token, campaignId }: Shown): Promise<void> {
  const context = await browser.newContext({ ...surroundings, ...desk, baseURL: url });
  await context.request.post('/app/api/session', { data: { token } });
  const known = await context.request.get(`/app/api/campaigns/${campaignId}/imports`);
  const { items }: { items: unknown[] } = await known.json();
  if (items.length === 0) {
    const page = await context.newPage();
    await page.goto(`/campaigns/${campaignId}/leads/import/new`);
    await chooseFile(page);
    await press(/^Import \d+ rows?$/)(page);
    await page.getByRole('link', { name: 'Download' }).or(page.getByText('suppressed')).first().waitFor();
  }
  await context.close();
}

/** No skeleton is left, letters have their shape, and nothing moves any more. */
async function settle(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor();
  await page.locator('.mantine-Skeleton-root').first().waitFor({ state: 'detached' });
  await page.evaluate('document.fonts.ready');
  await page.waitForTimeout(250);
}

/** As tall as the page: what sticks to an edge of the window stays at the edge. */
async function growTo(page: Page, { width, height }: ViewportSize): Promise<void> {
  const whole = await page.evaluate<number>('document.documentElement.scrollHeight');
  await page.setViewportSize({ width, height: Math.max(height, Math.min(whole, MOST_PIXELS)) });
}

const MOST_PIXELS = 1_600;
