import type { Page } from 'playwright-core';

/** Answers to `path` (as it ends) take as long as counting many thousands does: until they are let go. */
export async function hold(page: Page, path: `/${string}`) {
  const seen = { asked: 0, aborted: 0 };
  page.on('requestfailed', (request) => {
    if (request.url().endsWith(path)) seen.aborted++;
  });
  let letGo: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  await page.route(`**${path}`, async (route) => {
    seen.asked++;
    await held;
    await route.continue();
  });
  return { seen, letGo };
}
