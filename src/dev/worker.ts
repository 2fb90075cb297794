import { readConfig } from '../config.ts';
import { runWorker } from '../worker.ts';
import { stopWithParent } from './child.ts';

stopWithParent();
await runWorker(readConfig());
process.exit(process.exitCode); // what stays open (the tie to the parent) would hold the process
