import { startPostgres } from '../../../src/dev/servers/postgres.ts';
import { startTemporal } from '../../../src/dev/servers/temporal-server.ts';

/** A program of its own: starts the server that its arguments describe, then dies as the kernel or a person may have it. */
const [kind, options = ''] = process.argv.slice(2);
if (kind === 'postgres') await startPostgres(JSON.parse(options));
else await startTemporal(JSON.parse(options));
process.kill(process.pid, 'SIGKILL');
