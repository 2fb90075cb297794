import { z } from 'zod';

/** Of an action that takes nothing: no body, or an empty object. */
export const noBody = z.strictObject({}).nullish();
