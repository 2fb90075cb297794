/**
 * As often, or as many, as shows every time that a guarantee holds; with `npm run prove -- rounds`, as once convinced us of it.
 * For what is repeated because chance decides what happens: races, random plans.
 */
export const rounds = <T>(here: T, inFull: T): T => (process.env.TOPO_ROUNDS === 'full' ? inFull : here);
