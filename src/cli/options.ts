import { InvalidArgumentError, Option } from 'commander';

/** A whole number of at least 1. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('expected a whole number from 1.');
  return Number(text);
}

/** `--page` and `--size` of every list. */
export const pageOption = () => new Option('--page <number>', 'which page, from 1').argParser(wholeNumber).default(1);
export const sizeOption = () =>
  new Option('--size <number>', 'how many on a page, at most 100').argParser(wholeNumber).default(20);

export interface PageOptions {
  page: number;
  size: number;
}

/** Statuses may be written as people say them: "waiting for user" or waiting-for-user is WAITING_FOR_USER. */
export const statusOption = (statuses: readonly string[]) =>
  new Option('--status <status>', `only these: ${statuses.join(', ')}`).argParser((text) => {
    const status = text.toUpperCase().replace(/[\s-]+/g, '_');
    if (!statuses.includes(status)) throw new InvalidArgumentError(`expected one of ${statuses.join(', ')}.`);
    return status;
  });

/** A path segment. */
export const segment = (id: string): string => encodeURIComponent(id);
