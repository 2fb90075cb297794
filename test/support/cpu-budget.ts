/**
 * What `npm test` may spend, in CPU seconds of everything it starts: workers, servers with their sessions, browsers,
 * programs. CPU, because wall time tells how busy the machine is. Measured 536 s on two busy cores of a cloud machine, and
 * 922 s before the suite was cut; the rest is for slower ones. Who needs more cuts elsewhere in the same change, see
 * CONTRIBUTING.md.
 */
export const MOST_CPU_SECONDS = 700;
