import { readConfig } from '../config.ts';
import { runAsProgram } from '../program.ts';
import { runWorker } from '../worker.ts';
import { stopWithParent } from './servers/child.ts';

stopWithParent();
await runAsProgram(import.meta.url, () => runWorker(readConfig()));
process.exit(process.exitCode); // what stays open (the tie to the parent) would hold the process
