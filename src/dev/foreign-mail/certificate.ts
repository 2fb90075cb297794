import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runToEnd } from '../servers/processes.ts';
import { programs } from './packages.ts';

export interface Certificates {
  /** Of the authority, PEM: what a client must trust. */
  ca: string;
  /** Files of the server's. */
  certFile: string;
  keyFile: string;
}

/** An authority for this run, and a certificate of its for `host`, both good for two days. */
export async function makeCertificates(dir: string, host: string): Promise<Certificates> {
  const file = (name: string) => join(dir, name);
  const openssl = (...args: string[]) => runToEnd(programs.openssl, args);
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  const authority = ['-x509', ...newKey, '-keyout', file('ca.key'), '-out', file('ca.pem')];
  await openssl('req', ...authority, '-subj', '/CN=Foreign Mail Example CA');
  const signed = ['-x509', '-CA', file('ca.pem'), '-CAkey', file('ca.key'), ...newKey];
  const names = ['-addext', `subjectAltName=DNS:${host}`, '-addext', 'basicConstraints=critical,CA:FALSE'];
  const [certFile, keyFile] = [file('server.pem'), file('server.key')];
  await openssl('req', ...signed, '-keyout', keyFile, '-out', certFile, '-subj', `/CN=${host}`, ...names);
  return { ca: readFileSync(file('ca.pem'), 'utf8'), certFile, keyFile };
}
