import { v7 } from 'uuid';
import { type AnyId, idOf } from '../domain/ids.ts';

/** A new id: UUIDv7, so that ids sort by when they were made (RFC 9562 section 5.7). They follow the real clock. */
export const newId = <T extends AnyId>(): T => idOf<T>(v7());
