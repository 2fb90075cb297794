/** Every table, by noun. */

export * from './schema/accounts.ts';
export * from './schema/campaigns.ts';
export * from './schema/contacts.ts';
export * from './schema/events.ts';
export * from './schema/leads.ts';
export * from './schema/messages.ts';
export * from './schema/sequences.ts';
export * from './schema/templates.ts';
export * from './schema/workspaces.ts';
