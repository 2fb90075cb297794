import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Writes a page that is made of the code (`path` from the root of the repository); with `--check` it writes nothing, and
 * the process fails where the page differs.
 */
export function keepPage(path: string, text: string): void {
  const file = new URL(`../${path}`, import.meta.url);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(`${path} is not what the code says. Run: npm run docs`);
    process.exitCode = 1;
  }
}

/** Prose as the documents wrap it, so that a diff says what changed. */
export const wrapped = (text: string): string => text.replaceAll(/(\S.{0,119})(?:\s+|$)/g, '$1\n').trimEnd();
