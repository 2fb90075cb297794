import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, inject } from 'vitest';
import { createHttpLinkedIn } from '../../../src/adapters/http-linkedin.ts';
import { createImapMailboxes } from '../../../src/adapters/imap-mailbox.ts';
import { offlineWriter } from '../../../src/adapters/offline-writer.ts';
import { createSmtpMailer } from '../../../src/adapters/smtp-mailer.ts';
import { createApp } from '../../../src/api/app.ts';
import type { ApiDeps, DevTools } from '../../../src/api/deps.ts';
import { createCallbackQueue } from '../../../src/commands/inbound/handle-callback.ts';
import { createDevTools } from '../../../src/dev/dev-tools.ts';
import { linkedInHooks } from '../../../src/dev/linkedin/hooks.ts';
import { startLinkedInSimulator } from '../../../src/dev/linkedin/simulator.ts';
import { startMailbox } from '../../../src/dev/mailbox/mailbox.ts';
import { seed, UNHURRIED } from '../../../src/dev/seed.ts';
import type { MemberId } from '../../../src/domain/ids.ts';
import { idOf } from '../../../src/domain/ids.ts';
import { scopes as everyScope, type Scope } from '../../../src/domain/scope.ts';
import { CALLBACK_SECRET, linkedInCallbacks, unsubscribeLinks } from '../../support/api.ts';
import { aToken } from '../../support/builders.ts';
import { startEngine, testVault } from '../../support/engine.ts';
import { PATIENCE_MS } from '../../support/patience.ts';
import { plainCsvReader } from '../../support/plain-csv-reader.ts';
import { watchPage } from './troubles.ts';

const WEB_ROOT = fileURLToPath(new URL('../../../dist/web', import.meta.url));
const IMAP_PASSWORD = 'opens every inbox';
const LINKEDIN_KEY = 'the key of the tests';
const KEEP_UP_MS = 250;

interface PageSpec {
  /** Of the seeded workspace; the seeded member unless given. */
  memberId?: MemberId;
  scopes?: readonly Scope[];
  /** False: nobody is signed in. */
  isSignedIn?: boolean;
  theme?: 'light' | 'dark';
  /** 390 × 844, with fingers. */
  isPhone?: boolean;
  zone?: string;
  /** Opened at once. */
  path?: string;
}

/**
 * The whole product on a database of its own: API with the built page, worker, Temporal, local mailbox and LinkedIn
 * simulator, the example workspace, virtual time from a Monday in 2030 on, and a Chromium.
 */
async function openSite(options: { now?: number } = {}) {
  const { problem } = inject('page');
  if (problem !== null) throw new Error(problem);
  const folder = mkdtempSync(join(inject('scratchFolder'), 'site-'));
  const mailbox = await startMailbox({
    smtpPort: 0,
    imapPort: 0,
    pagePort: 0,
    imapPassword: IMAP_PASSWORD,
    dir: mkdtempSync(join(folder, 'mailbox-')),
  });
  const linkedIn = await startLinkedInSimulator({
    port: 0,
    dir: mkdtempSync(join(folder, 'linkedin-')),
    apiKey: LINKEDIN_KEY,
  });
  const ports = {
    mailer: createSmtpMailer(),
    mailboxes: createImapMailboxes(),
    linkedIn: createHttpLinkedIn({ baseUrl: linkedIn.url, apiKey: LINKEDIN_KEY, timeoutMs: PATIENCE_MS }),
  };
  const engine = await startEngine({ ...options, deps: ports });
  const { db, conductor } = engine;
  const seeded = await seed(db, { mailbox, imapPassword: IMAP_PASSWORD, vault: testVault }, UNHURRIED);
  const dev = createDevTools({ mailbox: mailbox.pageUrl, linkedIn: linkedIn.url });
  const server = await startServer(engine, ports, dev);
  linkedIn.callBackTo(linkedInHooks(db, server.url, CALLBACK_SECRET));
  await engine.walks.startMailbox(seeded.emailAccount); // a worker does so every minute
  const keepingUp = keepUp(conductor);
  const memberId = idOf<MemberId>(seeded.caller.actor.replace('member:', ''));
  const browser = await openBrowser();

  const tokenOf = async ({
    memberId: of = memberId,
    scopes = everyScope,
  }: Pick<PageSpec, 'memberId' | 'scopes'> = {}) =>
    (await aToken(db, seeded.caller.workspaceId, { memberId: of, scopes })).token;
  const { url } = server;
  const troubles: string[] = [];
  const lost = { isServer: false };

  return {
    engine,
    db,
    url: server.url,
    mailbox,
    linkedIn,
    seeded,
    memberId,
    caller: seeded.caller,
    commands: engine.commands,
    tokenOf,
    /** The API with every scope, for what a test stands on. */
    async call(method: string, path: string, body?: unknown) {
      const answer = await fetch(new URL(path, url), {
        method,
        headers: {
          authorization: `Bearer ${await tokenOf()}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: answer.status, body: answer.status === 204 ? null : JSON.parse(await answer.text()) };
    },
    /** Moves the installation's clock: to an instant (epoch ms), or to the next step that is due. */
    forward: (to: number | 'next') => conductor.forward(to),
    /** A tab of its own, signed in by cookie. */
    newPage: (spec: PageSpec = {}) =>
      openPage(browser, { url, troubles, tokenOf, mayLoseServer: () => lost.isServer }, spec),
    /** The API is away until it is started again, where it was; the rest of the test may show that. */
    async stopServer() {
      lost.isServer = true;
      await server.stop();
    },
    startServer: server.start,
    /** What went wrong on the pages since the last call; closes them. */
    async takeTroubles(): Promise<string[]> {
      for (const context of browser.contexts()) await context.close();
      lost.isServer = false;
      return troubles.splice(0);
    },
    async close() {
      await browser.close();
      await keepingUp.stop();
      await server.stop();
      await server.settled();
      await engine.stop();
      await linkedIn.stop();
      await mailbox.stop();
    },
  };
}

export type Site = Awaited<ReturnType<typeof openSite>>;

/** One site for the tests of a file; a test fails when anything untoward happened on its pages. Returns how to get at it. */
export function aSite(options: { now?: number } = {}): () => Site {
  let site: Site | undefined;
  const get = () => {
    if (!site) throw new Error('the site is open within tests only');
    return site;
  };
  beforeAll(async () => {
    site = await openSite(options);
  });
  afterEach(async () => {
    expect(await get().takeTroubles()).toEqual([]);
  });
  afterAll(() => site?.close());
  return get;
}

async function startServer(
  engine: Awaited<ReturnType<typeof startEngine>>,
  { mailer, mailboxes, linkedIn }: Pick<typeof engine.deps, 'mailer' | 'mailboxes' | 'linkedIn'>,
  dev: DevTools,
) {
  const callbacks = createCallbackQueue({ ...engine.deps, ...engine.commands });
  const deps: ApiDeps = {
    ...engine.commands,
    log: engine.log,
    site: { webRoot: WEB_ROOT, publicUrl: null, temporalUi: 'http://127.0.0.1:8233/namespaces/default/workflows' },
    unsubscribeLinks,
    isTemporalReady: async () => true,
    virtualTime: engine.conductor,
    dev,
    mailer,
    csvReader: plainCsvReader,
    mailboxes,
    linkedIn,
    linkedInCallbacks,
    handleCallback: callbacks.push,
    writer: offlineWriter,
    vault: testVault,
    allowPrivateHosts: true,
  };
  const open = async (port: number) => {
    const app = await createApp(deps);
    return { app, url: await app.listen({ host: '127.0.0.1', port }) };
  };
  let running = await open(0);
  const { url } = running;
  return {
    url,
    stop: () => running.app.close(),
    /** Where it was before. */
    async start() {
      running = await open(Number(new URL(url).port));
    },
    settled: callbacks.settled,
  };
}

/** As the embedded runtime does: whoever starts in the real present is brought into the virtual one. */
function keepUp(conductor: { keepUp(): Promise<void> }) {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  let turn = Promise.resolve();
  const next = () => {
    turn = conductor.keepUp().catch(() => undefined);
    void turn.then(() => {
      if (!isOver) timer = setTimeout(next, KEEP_UP_MS);
    });
  };
  next();
  return {
    async stop() {
      isOver = true;
      clearTimeout(timer);
      await turn;
    },
  };
}

/** Windows of Chromium's own that nobody sees, and that cost as much as a page of ours: with every context. */
const UNSEEN = ['WebUIOmniboxPopup', 'WebUIOmniboxAimPopup'];
/** What Playwright itself turns off: named again, for the last list is the one that counts. */
const UNWANTED = [
  'AimEnabled',
  'AvoidCorsURLLoaderRestartOnRedirect',
  'AvoidUnnecessaryBeforeUnloadCheckSync',
  'DestroyProfileOnBrowserClose',
  'HttpsFirstBalancedModeAutoEnable',
  'HttpsUpgrades',
  'LensOverlay',
  'MediaRouter',
  'NetworkTimeServiceQuerying',
  'OptimizationHints',
  'PaintHolding',
  'PreconnectToSearch',
  'ThirdPartyStoragePartitioning',
];

async function openBrowser(): Promise<Browser> {
  const found = inject('chromium');
  if ('problem' in found) throw new Error(found.problem);
  // Its own sandbox needs rights that containers and root do not give; what it opens here is our own page.
  return chromium.launch({
    executablePath: found.path,
    args: ['--no-sandbox', '--disable-dev-shm-usage', `--disable-features=${[...UNSEEN, ...UNWANTED].join(',')}`],
    timeout: PATIENCE_MS,
  });
}

const PHONE: BrowserContextOptions = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };
const DESK: BrowserContextOptions = { viewport: { width: 1280, height: 800 } };

/** An Undo goes after ten seconds, which are short on a busy machine: what the page would do by then, it never does. */
const STAYS = `{
  const later = window.setTimeout;
  window.setTimeout = (work, ms, ...rest) => (ms >= 10_000 ? 0 : later(work, ms, ...rest));
}`;

interface Surroundings {
  url: string;
  troubles: string[];
  tokenOf: (spec: PageSpec) => Promise<string>;
  mayLoseServer: () => boolean;
}

async function openPage(
  browser: Browser,
  { url, troubles, tokenOf, mayLoseServer }: Surroundings,
  spec: PageSpec,
): Promise<Page> {
  const { isSignedIn = true, theme = 'light', isPhone = false, zone = 'Europe/Paris', path } = spec;
  const context = await browser.newContext({
    ...(isPhone ? PHONE : DESK),
    baseURL: url,
    colorScheme: theme,
    reducedMotion: 'reduce', // what moves cannot be clicked, and colours in passing are no colours
    timezoneId: zone,
    locale: 'en-GB',
  });
  context.setDefaultTimeout(PATIENCE_MS);
  await context.addInitScript(STAYS);
  if (isSignedIn) {
    const answer = await context.request.post('/app/api/session', { data: { token: await tokenOf(spec) } });
    expect(answer.status()).toBe(204);
  }
  const page = await context.newPage();
  watchPage(page, url, troubles, mayLoseServer);
  if (path !== undefined) await page.goto(path);
  return page;
}
