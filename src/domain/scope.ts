/** What a token may do. Routes declare the one they need; without it the answer is 403 and names it. */
export const scopes = [
  'sequences:read',
  'sequences:write',
  'templates:write',
  'campaigns:read',
  'campaigns:write',
  'tasks:read',
  'tasks:write',
  'accounts:read',
  'accounts:write',
  'contacts:read',
  'contacts:write',
  'settings:read',
  'settings:write',
] as const;
export type Scope = (typeof scopes)[number];
