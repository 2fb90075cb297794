/** How slow a machine may be, not how slow we are: only a test that fails waits so long. */
export const PATIENCE_MS = 120_000;
