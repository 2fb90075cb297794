import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Failure } from './client.ts';

const objectShape = z.record(z.string(), z.unknown());

/** Throws `Failure`, naming file and place, for what is no JSON object. */
export function readJsonObject(file: string): Record<string, unknown> {
  const text = readText(file);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Failure(`${file} is not JSON: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
  const object = objectShape.safeParse(json);
  if (!object.success) throw new Failure(`${file} holds no JSON object`);
  return object.data;
}

/** Throws `Failure` for what cannot be read; - is the standard input. */
export function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8').replace(/^\ufeff/, '');
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${error instanceof Error ? error.message : 'unknown'}`);
  }
}
