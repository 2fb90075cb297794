/** What one run of the reconciler found and mended. */
export interface RepairCounts {
  /** Enrolled, but its workflow was never started. */
  started: number;
  /** A change its workflow had not heard of. */
  told: number;
  /** Ended here, running there. */
  ended: number;
  /** Open here, gone there. */
  revived: number;
  /** Campaigns whose workflow was behind or gone. */
  campaigns: number;
  /** Templates FINISHING with nothing open. */
  archived: number;
  /** Deliveries that were in flight for 15 min. */
  stuck: number;
  /** Looks for unconfirmed messages of sequences that have ended. */
  lookedUp: number;
  /** Imports that nobody worked on, finished. */
  imports: number;
  /** Callbacks that nobody had handled in time. */
  callbacks: number;
  /** LinkedIn accounts that were looked at. */
  tended: number;
  /** LinkedIn accounts that could not be looked at for 2 hours: an alarm. */
  untended: number;
  /** Inboxes that were not read for 2 hours: an alarm. */
  stale: number;
  /** Steps overdue by 15 min: an alarm. */
  overdue: number;
}
