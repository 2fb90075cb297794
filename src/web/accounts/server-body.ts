import type { Server } from './server-fields.tsx';

/** A server as the API takes a new one; without a user of its own it is the address that logs in, when there is a password. */
export function serverBody({ host, port, tls, user, password }: Server, address: string): object {
  const login = user.trim() !== '' ? user.trim() : password === '' ? null : address.trim();
  return { host: host.trim(), port, tls, user: login, password: password === '' ? null : password };
}

type Shown = { host: string; port: number; tls: Server['tls']; user: string | null } | null;

/** What is different from what stands, so that nothing is tried anew for a changed limit; a password left blank stays. */
export function serverChange(name: 'smtp' | 'imap', before: Shown, after: Server | null): object {
  if (!before || !after) return {};
  const { password, ...rest } = { ...after, user: after.user.trim() === '' ? null : after.user.trim() };
  const changed = Object.entries(rest).filter(
    ([field, value]) => value !== Object.entries(before).find(([known]) => known === field)?.[1],
  );
  const change = Object.fromEntries([...changed, ...(password === '' ? [] : [['password', password]])]);
  return Object.keys(change).length === 0 ? {} : { [name]: change };
}
