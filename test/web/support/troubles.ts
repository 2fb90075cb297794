import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** The browser's own line about an answer that is no 2xx; refusals are part of many tests. */
const REFUSED_ANSWER = /^Failed to load resource: the server responded with a status of 4\d\d/;
/** And about a server that is away, for tests in which it is. */
const UNREACHABLE = /^Failed to load resource: net::ERR_/;

/**
 * Notes whatever must not happen on a page: a violation of the policy, an error on the console, an exception, a request
 * to another origin, an answer 500.
 */
export function watchPage(page: Page, origin: string, troubles: string[], mayLoseServer: () => boolean): void {
  page.on('console', (message) => {
    const text = message.text();
    if (!['error', 'warning'].includes(message.type()) || REFUSED_ANSWER.test(text)) return;
    if (mayLoseServer() && UNREACHABLE.test(text)) return;
    troubles.push(`console: ${text}`);
  });
  page.on('pageerror', (error) => troubles.push(`exception: ${error.stack ?? error.message}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (!['data:', 'blob:', 'about:'].includes(url.protocol) && url.origin !== origin)
      troubles.push(`request to another origin: ${url.origin}${url.pathname}`);
  });
  page.on('response', (response) => {
    if (response.status() === 500)
      troubles.push(`500: ${response.request().method()} ${new URL(response.url()).pathname}`);
  });
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** The page as it stands has no serious or critical finding. Evaluated by the debugger, which the policy does not bind. */
export async function noSeriousAxe(page: Page): Promise<void> {
  await page.evaluate(axe);
  const results = await page.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations"] })');
  const serious = results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`));
  expect(serious, page.url()).toEqual([]);
}
