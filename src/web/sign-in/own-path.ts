/** Where to go after signing in: a path of our own, never another site's. */
export function ownPath(next: string | undefined): string {
  const isOwn = next !== undefined && /^\/(?![/\\])/.test(next) && !next.startsWith('/sign-in');
  return isOwn ? next : '/campaigns';
}
