CREATE TABLE "inbound_messages" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"message_id" text NOT NULL,
	"kind" text NOT NULL,
	"sequence_id" uuid,
	"contact_id" uuid,
	"delivery_id" uuid,
	"from_address" text,
	"subject" text,
	"text" text,
	"html" text,
	"intent" text,
	"decided_by" text,
	"received_at" timestamp(3) with time zone NOT NULL,
	"handled_at" timestamp(3) with time zone,
	CONSTRAINT "inbound_messages_once" UNIQUE("account_id","message_id"),
	CONSTRAINT "inbound_messages_kind" CHECK ("inbound_messages"."kind" in ('reply', 'out_of_office', 'auto_reply', 'bounce', 'complaint', 'own', 'unrelated', 'unreadable'))
);
--> statement-breakpoint
ALTER TABLE "inbound_messages" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "mailboxes" (
	"account_id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"uid_validity" bigint,
	"last_uid" bigint DEFAULT 0 NOT NULL,
	"generation" integer DEFAULT 0 NOT NULL,
	"read_at" timestamp(3) with time zone,
	"failing_since" timestamp(3) with time zone,
	"failure" text
);
--> statement-breakpoint
ALTER TABLE "mailboxes" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
DROP INDEX "deliveries_in_flight";--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "credentials" jsonb;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "zone" text DEFAULT 'UTC' NOT NULL;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "daily_cap" integer DEFAULT 50 NOT NULL;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "gap_seconds" integer DEFAULT 60 NOT NULL;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "sender_name" text;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "sender_job_title" text;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "signature" text;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "paused_why" text;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "look_ups" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "bounce" text;--> statement-breakpoint
ALTER TABLE "deliveries" ADD COLUMN "bounced_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "inbound_messages" ADD CONSTRAINT "inbound_messages_account" FOREIGN KEY ("workspace_id","account_id") REFERENCES "public"."accounts"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "inbound_messages" ADD CONSTRAINT "inbound_messages_sequence_fk" FOREIGN KEY ("workspace_id","sequence_id") REFERENCES "public"."sequences"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "inbound_messages" ADD CONSTRAINT "inbound_messages_contact" FOREIGN KEY ("workspace_id","contact_id") REFERENCES "public"."contacts"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "mailboxes" ADD CONSTRAINT "mailboxes_account" FOREIGN KEY ("workspace_id","account_id") REFERENCES "public"."accounts"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "inbound_messages_sequence" ON "inbound_messages" USING btree ("sequence_id","received_at");--> statement-breakpoint
CREATE INDEX "inbound_messages_list" ON "inbound_messages" USING btree ("workspace_id","received_at","id") WHERE "inbound_messages"."sequence_id" is not null;--> statement-breakpoint
CREATE INDEX "deliveries_of_account" ON "deliveries" USING btree ("account_id","claimed_at") WHERE "deliveries"."state" <> 'RELEASED';--> statement-breakpoint
CREATE INDEX "deliveries_bounced" ON "deliveries" USING btree ("account_id","bounced_at") WHERE "deliveries"."bounce" is not null;--> statement-breakpoint
CREATE INDEX "events_account" ON "events" USING btree (("data"->>'account'),"ordinal") WHERE ("events"."data"->>'account') is not null;--> statement-breakpoint
CREATE INDEX "sequences_follow_ups" ON "sequences" USING btree ("email_account_id","next_at") WHERE "sequences"."status" in ('ACTIVE', 'WAITING_FOR_USER', 'WAITING_FOR_LEAD') and "sequences"."position" > 0;--> statement-breakpoint
CREATE INDEX "deliveries_in_flight" ON "deliveries" USING btree ("claimed_at") WHERE "deliveries"."state" in ('CLAIMED', 'DATA_STARTED', 'UNCONFIRMED');--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_paused_why" CHECK ("accounts"."status" <> 'PAUSED' or "accounts"."paused_why" is not null);--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_pause_lasts" CHECK ("accounts"."paused_why" is null or "accounts"."status" in ('PAUSED', 'DISCONNECTED'));--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_paused_reason" CHECK ("accounts"."paused_why" is null or "accounts"."paused_why" in ('by_user', 'bounce_rate', 'complaint_rate'));--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_daily_cap" CHECK ("accounts"."daily_cap" between 0 and 10000);--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_gap" CHECK ("accounts"."gap_seconds" between 0 and 86400);--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_bounce" CHECK ("deliveries"."bounce" is null or "deliveries"."bounce" in ('soft', 'hard', 'complaint'));--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_bounced_at" CHECK (("deliveries"."bounce" is null) = ("deliveries"."bounced_at" is null));--> statement-breakpoint
CREATE POLICY "own_workspace" ON "inbound_messages" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "inbound_messages" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "mailboxes" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "mailboxes" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);