import type {
  accounts,
  campaigns,
  contacts,
  deliveries,
  inboundMessages,
  sequenceSteps,
  sequences,
  suppressions,
} from './schema.ts';
/** What a row of each table holds, as it is read. */
export type SequenceRow = typeof sequences.$inferSelect;
export type StepRow = typeof sequenceSteps.$inferSelect;
export type ContactRow = typeof contacts.$inferSelect;
export type CampaignRow = typeof campaigns.$inferSelect;
export type AccountRow = typeof accounts.$inferSelect;
export type DeliveryRow = typeof deliveries.$inferSelect;
export type InboundRow = typeof inboundMessages.$inferSelect;
export type SuppressionRow = typeof suppressions.$inferSelect;
