/** What the process ends with; scripts rely on it, and `topo --help` says it. 64 is EX_USAGE of sysexits.h. */
export const EXIT = { done: 0, failed: 1, someRowsInvalid: 2, badUsage: 64 } as const;
