CREATE TABLE "accounts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"member_id" uuid NOT NULL,
	"channel" text NOT NULL,
	"address" text NOT NULL,
	"status" text NOT NULL,
	"settings" jsonb NOT NULL,
	"resting_until" timestamp(3) with time zone,
	"disconnected_at" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "accounts_workspace_id" UNIQUE("workspace_id","id"),
	CONSTRAINT "accounts_channel" CHECK ("accounts"."channel" in ('email', 'linkedin')),
	CONSTRAINT "accounts_resting_until" CHECK ("accounts"."status" <> 'RESTING' or "accounts"."resting_until" is not null),
	CONSTRAINT "accounts_disconnected_at" CHECK ("accounts"."status" <> 'DISCONNECTED' or "accounts"."disconnected_at" is not null),
	CONSTRAINT "accounts_status" CHECK ("accounts"."status" in ('CONNECTED', 'PAUSED', 'RESTING', 'DISCONNECTED', 'REMOVED'))
);
--> statement-breakpoint
ALTER TABLE "accounts" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "campaign_accounts" (
	"workspace_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	CONSTRAINT "campaign_accounts_campaign_id_account_id_pk" PRIMARY KEY("campaign_id","account_id")
);
--> statement-breakpoint
ALTER TABLE "campaign_accounts" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "campaign_progress" (
	"campaign_id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"tell_seq" integer DEFAULT 0 NOT NULL,
	"told_seq" integer DEFAULT 0 NOT NULL,
	"tell_at" timestamp(3) with time zone,
	"repair_after" timestamp(3) with time zone,
	"repairs" integer DEFAULT 0 NOT NULL,
	"fanned_epoch" integer DEFAULT 0 NOT NULL,
	"next_enrolment_at" timestamp(3) with time zone,
	"enrolment_why" text
);
--> statement-breakpoint
ALTER TABLE "campaign_progress" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "campaigns" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"name" text NOT NULL,
	"template_id" uuid NOT NULL,
	"owner_id" uuid NOT NULL,
	"status" text NOT NULL,
	"control_epoch" integer DEFAULT 0 NOT NULL,
	"started_at" timestamp(3) with time zone,
	"ended_at" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "campaigns_workspace_id" UNIQUE("workspace_id","id"),
	CONSTRAINT "campaigns_status" CHECK ("campaigns"."status" in ('DRAFT', 'RUNNING', 'PAUSED', 'ENDED')),
	CONSTRAINT "campaigns_started" CHECK ("campaigns"."status" not in ('RUNNING', 'PAUSED') or "campaigns"."started_at" is not null),
	CONSTRAINT "campaigns_ended" CHECK (("campaigns"."status" = 'ENDED') = ("campaigns"."ended_at" is not null))
);
--> statement-breakpoint
ALTER TABLE "campaigns" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "connections" (
	"workspace_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"connected_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "connections_account_id_contact_id_pk" PRIMARY KEY("account_id","contact_id")
);
--> statement-breakpoint
ALTER TABLE "connections" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "contacts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"email" text,
	"profile" text,
	"first_name" text,
	"last_name" text,
	"job_title" text,
	"company" text,
	"linkedin_headline" text,
	"recent_activity" text,
	"company_context" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"custom" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"away_until" timestamp(3) with time zone,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "contacts_workspace_id" UNIQUE("workspace_id","id"),
	CONSTRAINT "contacts_email" UNIQUE("workspace_id","email"),
	CONSTRAINT "contacts_profile" UNIQUE("workspace_id","profile"),
	CONSTRAINT "contacts_reachable" CHECK ("contacts"."email" is not null or "contacts"."profile" is not null)
);
--> statement-breakpoint
ALTER TABLE "contacts" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "deliveries" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"sequence_id" uuid NOT NULL,
	"step_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"state" text NOT NULL,
	"attempt" integer DEFAULT 1 NOT NULL,
	"message_id" text,
	"subject" text,
	"recipient" text NOT NULL,
	"content_hash" text,
	"claimed_at" timestamp(3) with time zone NOT NULL,
	"data_started_at" timestamp(3) with time zone,
	"settled_at" timestamp(3) with time zone,
	"answer" text,
	"temporary_answers" integer DEFAULT 0 NOT NULL,
	"first_temporary_at" timestamp(3) with time zone,
	CONSTRAINT "deliveries_once_per_step" UNIQUE("sequence_id","step_id"),
	CONSTRAINT "deliveries_message_id" UNIQUE("message_id"),
	CONSTRAINT "deliveries_state" CHECK ("deliveries"."state" in ('CLAIMED', 'RELEASED', 'DATA_STARTED', 'SENT', 'REJECTED', 'UNCONFIRMED')),
	CONSTRAINT "deliveries_started" CHECK ("deliveries"."state" not in ('DATA_STARTED', 'SENT', 'UNCONFIRMED') or "deliveries"."data_started_at" is not null)
);
--> statement-breakpoint
ALTER TABLE "deliveries" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "enrolment_days" (
	"workspace_id" uuid NOT NULL,
	"template_id" uuid NOT NULL,
	"day" date NOT NULL,
	"enrolled" integer NOT NULL,
	CONSTRAINT "enrolment_days_template_id_day_pk" PRIMARY KEY("template_id","day")
);
--> statement-breakpoint
ALTER TABLE "enrolment_days" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "events" (
	"id" uuid PRIMARY KEY NOT NULL,
	"ordinal" bigserial NOT NULL,
	"workspace_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	"actor" text NOT NULL,
	"key" text,
	"template_id" uuid,
	"campaign_id" uuid,
	"contact_id" uuid,
	"sequence_id" uuid,
	"data" jsonb DEFAULT '{}'::jsonb NOT NULL
);
--> statement-breakpoint
ALTER TABLE "events" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "installation" (
	"id" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"offset_ms" bigint DEFAULT 0 NOT NULL,
	"sending_stopped" boolean DEFAULT false NOT NULL,
	"reconciled_at" timestamp(3) with time zone,
	"swept_to" uuid,
	CONSTRAINT "installation_is_one_row" CHECK ("installation"."id"),
	CONSTRAINT "installation_offset_never_negative" CHECK ("installation"."offset_ms" >= 0)
);
--> statement-breakpoint
ALTER TABLE "installation" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "leads" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"status" text NOT NULL,
	"failure" text,
	"sequence_id" uuid,
	"created_at" timestamp(3) with time zone NOT NULL,
	"updated_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "leads_workspace_id" UNIQUE("workspace_id","id"),
	CONSTRAINT "leads_once_per_campaign" UNIQUE("campaign_id","contact_id"),
	CONSTRAINT "leads_sequence" UNIQUE("sequence_id"),
	CONSTRAINT "leads_status" CHECK ("leads"."status" in ('PENDING_REVIEW', 'APPROVED', 'REJECTED', 'ENROLLED', 'FAILED')),
	CONSTRAINT "leads_enrolled" CHECK (("leads"."status" = 'ENROLLED') = ("leads"."sequence_id" is not null)),
	CONSTRAINT "leads_failure" CHECK (("leads"."status" = 'FAILED') = ("leads"."failure" is not null))
);
--> statement-breakpoint
ALTER TABLE "leads" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "members" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "members_workspace_id" UNIQUE("workspace_id","id"),
	CONSTRAINT "members_email" UNIQUE("workspace_id","email")
);
--> statement-breakpoint
ALTER TABLE "members" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "sequence_steps" (
	"workspace_id" uuid NOT NULL,
	"sequence_id" uuid NOT NULL,
	"step_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"status" text NOT NULL,
	"reason" text,
	"content" jsonb,
	"content_version" integer DEFAULT 0 NOT NULL,
	"missing" text[] DEFAULT '{}' NOT NULL,
	"wait_until" timestamp(3) with time zone,
	"finished_at" timestamp(3) with time zone,
	CONSTRAINT "sequence_steps_sequence_id_step_id_pk" PRIMARY KEY("sequence_id","step_id"),
	CONSTRAINT "sequence_steps_workspace" UNIQUE("workspace_id","sequence_id","step_id"),
	CONSTRAINT "sequence_steps_position" UNIQUE("sequence_id","position"),
	CONSTRAINT "sequence_steps_kind" CHECK ("sequence_steps"."kind" in ('email', 'linkedin_message', 'linkedin_invitation', 'manual_task')),
	CONSTRAINT "sequence_steps_status" CHECK ("sequence_steps"."status" in ('PENDING', 'WAITING', 'SENDING', 'SENT', 'DONE', 'SKIPPED', 'FAILED', 'UNCONFIRMED', 'CANCELED')),
	CONSTRAINT "sequence_steps_finished" CHECK ("sequence_steps"."status" not in ('SENT', 'DONE', 'SKIPPED', 'FAILED') or "sequence_steps"."finished_at" is not null),
	CONSTRAINT "sequence_steps_content" CHECK ("sequence_steps"."content" is not null or "sequence_steps"."status" in ('PENDING', 'CANCELED'))
);
--> statement-breakpoint
ALTER TABLE "sequence_steps" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "sequences" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"template_id" uuid NOT NULL,
	"template_version" integer NOT NULL,
	"email_account_id" uuid,
	"linkedin_account_id" uuid,
	"status" text NOT NULL,
	"end_reason" text,
	"position" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp(3) with time zone,
	"next_why" text,
	"deferrals" integer DEFAULT 0 NOT NULL,
	"parked_epoch" integer,
	"told_epoch" integer DEFAULT 0 NOT NULL,
	"started_at" timestamp(3) with time zone,
	"tell_seq" integer DEFAULT 0 NOT NULL,
	"told_seq" integer DEFAULT 0 NOT NULL,
	"tell_at" timestamp(3) with time zone,
	"repair_after" timestamp(3) with time zone,
	"repairs" integer DEFAULT 0 NOT NULL,
	"enrolled_at" timestamp(3) with time zone NOT NULL,
	"ended_at" timestamp(3) with time zone,
	"closed_at" timestamp(3) with time zone,
	CONSTRAINT "sequences_workspace_id" UNIQUE("workspace_id","id"),
	CONSTRAINT "sequences_status" CHECK ("sequences"."status" in ('ACTIVE', 'WAITING_FOR_USER', 'WAITING_FOR_LEAD', 'SUCCEEDED', 'COMPLETED', 'STOPPED_EARLY', 'FAILED')),
	CONSTRAINT "sequences_ended" CHECK (("sequences"."status" in ('SUCCEEDED', 'COMPLETED', 'STOPPED_EARLY', 'FAILED')) = ("sequences"."ended_at" is not null)),
	CONSTRAINT "sequences_reason" CHECK (("sequences"."ended_at" is not null) = ("sequences"."end_reason" is not null)),
	CONSTRAINT "sequences_reason_of_status" CHECK ("sequences"."end_reason" is null or ("sequences"."status" in ('SUCCEEDED') and "sequences"."end_reason" in ('positive_reply', 'meeting_booked', 'referral')) or ("sequences"."status" in ('COMPLETED') and "sequences"."end_reason" in ('no_more_steps')) or ("sequences"."status" in ('STOPPED_EARLY') and "sequences"."end_reason" in ('stopped_by_user', 'negative_reply', 'neutral_reply', 'campaign_ended', 'template_archived', 'lead_removed', 'suppressed', 'contact_erased')) or ("sequences"."status" in ('FAILED') and "sequences"."end_reason" in ('hard_bounce', 'unsubscribed', 'complained', 'account_unavailable', 'invalid_content', 'rejected_by_policy', 'delivery_failed', 'internal_error'))),
	CONSTRAINT "sequences_told" CHECK ("sequences"."told_seq" <= "sequences"."tell_seq")
);
--> statement-breakpoint
ALTER TABLE "sequences" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "slots" (
	"sequence_id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	"first_email" boolean NOT NULL,
	CONSTRAINT "slots_account_instant" UNIQUE("account_id","at")
);
--> statement-breakpoint
ALTER TABLE "slots" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "suppressions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"value" text NOT NULL,
	"reason" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "suppressions_entry" UNIQUE("workspace_id","kind","value"),
	CONSTRAINT "suppressions_kind" CHECK ("suppressions"."kind" in ('address', 'domain', 'profile')),
	CONSTRAINT "suppressions_reason" CHECK ("suppressions"."reason" in ('unsubscribed', 'hard_bounce', 'complained', 'asked_by_user'))
);
--> statement-breakpoint
ALTER TABLE "suppressions" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "tasks" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"sequence_id" uuid NOT NULL,
	"step_id" uuid,
	"kind" text NOT NULL,
	"manual_kind" text,
	"title" text NOT NULL,
	"instructions" text NOT NULL,
	"assignee_id" uuid NOT NULL,
	"status" text NOT NULL,
	"outcome" text,
	"note" text,
	"created_at" timestamp(3) with time zone NOT NULL,
	"settled_at" timestamp(3) with time zone,
	CONSTRAINT "tasks_workspace_id" UNIQUE("workspace_id","id"),
	CONSTRAINT "tasks_kind" CHECK ("tasks"."kind" in ('manual_step', 'read_reply', 'confirm_send', 'complete_copy')),
	CONSTRAINT "tasks_status" CHECK ("tasks"."status" in ('OPEN', 'COMPLETED', 'SKIPPED', 'DISMISSED')),
	CONSTRAINT "tasks_settled" CHECK (("tasks"."status" = 'OPEN') = ("tasks"."settled_at" is null)),
	CONSTRAINT "tasks_manual_kind" CHECK (("tasks"."kind" = 'manual_step') = ("tasks"."manual_kind" is not null)),
	CONSTRAINT "tasks_outcome" CHECK ("tasks"."outcome" is null or "tasks"."status" = 'COMPLETED'),
	CONSTRAINT "tasks_step_named" CHECK (("tasks"."kind" = 'read_reply') = ("tasks"."step_id" is null))
);
--> statement-breakpoint
ALTER TABLE "tasks" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "template_versions" (
	"workspace_id" uuid NOT NULL,
	"template_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"content" jsonb NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "template_versions_template_id_version_pk" PRIMARY KEY("template_id","version"),
	CONSTRAINT "template_versions_workspace" UNIQUE("workspace_id","template_id","version")
);
--> statement-breakpoint
ALTER TABLE "template_versions" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "templates" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"name" text,
	"summary" text,
	"status" text NOT NULL,
	"version" integer NOT NULL,
	"daily_leads_target" integer NOT NULL,
	"approval_mode" text NOT NULL,
	"activated_at" timestamp(0) with time zone,
	"created_at" timestamp(0) with time zone NOT NULL,
	"updated_at" timestamp(0) with time zone NOT NULL,
	CONSTRAINT "templates_workspace_id" UNIQUE("workspace_id","id"),
	CONSTRAINT "templates_status" CHECK ("templates"."status" in ('PENDING_SETUP', 'ACTIVE', 'INACTIVE', 'FINISHING', 'ARCHIVED')),
	CONSTRAINT "templates_approval_mode" CHECK ("templates"."approval_mode" in ('AUTOPILOT', 'MANUAL_REVIEW')),
	CONSTRAINT "templates_target" CHECK ("templates"."daily_leads_target" >= 0),
	CONSTRAINT "templates_activated_once_active" CHECK ("templates"."status" in ('PENDING_SETUP', 'ARCHIVED') or "templates"."activated_at" is not null)
);
--> statement-breakpoint
ALTER TABLE "templates" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "tokens" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"member_id" uuid,
	"name" text NOT NULL,
	"hash" text NOT NULL,
	"shown" text NOT NULL,
	"scopes" text[] NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone,
	"revoked_at" timestamp(3) with time zone,
	"last_used_at" timestamp(3) with time zone,
	CONSTRAINT "tokens_hash" UNIQUE("hash")
);
--> statement-breakpoint
ALTER TABLE "tokens" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "workspaces" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"zone" text NOT NULL,
	"legal_name" text NOT NULL,
	"postal_address" text NOT NULL,
	"context" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"sending_stopped" boolean DEFAULT false NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "workspaces" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_member" FOREIGN KEY ("workspace_id","member_id") REFERENCES "public"."members"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_accounts" ADD CONSTRAINT "campaign_accounts_campaign" FOREIGN KEY ("workspace_id","campaign_id") REFERENCES "public"."campaigns"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_accounts" ADD CONSTRAINT "campaign_accounts_account" FOREIGN KEY ("workspace_id","account_id") REFERENCES "public"."accounts"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaign_progress" ADD CONSTRAINT "campaign_progress_campaign" FOREIGN KEY ("workspace_id","campaign_id") REFERENCES "public"."campaigns"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_template_fk" FOREIGN KEY ("workspace_id","template_id") REFERENCES "public"."templates"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_owner" FOREIGN KEY ("workspace_id","owner_id") REFERENCES "public"."members"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "connections" ADD CONSTRAINT "connections_account" FOREIGN KEY ("workspace_id","account_id") REFERENCES "public"."accounts"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "connections" ADD CONSTRAINT "connections_contact" FOREIGN KEY ("workspace_id","contact_id") REFERENCES "public"."contacts"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "contacts" ADD CONSTRAINT "contacts_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_step" FOREIGN KEY ("workspace_id","sequence_id","step_id") REFERENCES "public"."sequence_steps"("workspace_id","sequence_id","step_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "deliveries" ADD CONSTRAINT "deliveries_account" FOREIGN KEY ("workspace_id","account_id") REFERENCES "public"."accounts"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "enrolment_days" ADD CONSTRAINT "enrolment_days_template" FOREIGN KEY ("workspace_id","template_id") REFERENCES "public"."templates"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "leads" ADD CONSTRAINT "leads_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "leads" ADD CONSTRAINT "leads_campaign" FOREIGN KEY ("workspace_id","campaign_id") REFERENCES "public"."campaigns"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "leads" ADD CONSTRAINT "leads_contact" FOREIGN KEY ("workspace_id","contact_id") REFERENCES "public"."contacts"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "leads" ADD CONSTRAINT "leads_sequence_fk" FOREIGN KEY ("workspace_id","sequence_id") REFERENCES "public"."sequences"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "members" ADD CONSTRAINT "members_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sequence_steps" ADD CONSTRAINT "sequence_steps_sequence" FOREIGN KEY ("workspace_id","sequence_id") REFERENCES "public"."sequences"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sequences" ADD CONSTRAINT "sequences_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sequences" ADD CONSTRAINT "sequences_campaign" FOREIGN KEY ("workspace_id","campaign_id") REFERENCES "public"."campaigns"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sequences" ADD CONSTRAINT "sequences_contact" FOREIGN KEY ("workspace_id","contact_id") REFERENCES "public"."contacts"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sequences" ADD CONSTRAINT "sequences_template_version" FOREIGN KEY ("workspace_id","template_id","template_version") REFERENCES "public"."template_versions"("workspace_id","template_id","version") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sequences" ADD CONSTRAINT "sequences_email_account_fk" FOREIGN KEY ("workspace_id","email_account_id") REFERENCES "public"."accounts"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sequences" ADD CONSTRAINT "sequences_linkedin_account_fk" FOREIGN KEY ("workspace_id","linkedin_account_id") REFERENCES "public"."accounts"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "slots" ADD CONSTRAINT "slots_sequence" FOREIGN KEY ("workspace_id","sequence_id") REFERENCES "public"."sequences"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "slots" ADD CONSTRAINT "slots_account" FOREIGN KEY ("workspace_id","account_id") REFERENCES "public"."accounts"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "suppressions" ADD CONSTRAINT "suppressions_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_sequence_fk" FOREIGN KEY ("workspace_id","sequence_id") REFERENCES "public"."sequences"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_step" FOREIGN KEY ("workspace_id","sequence_id","step_id") REFERENCES "public"."sequence_steps"("workspace_id","sequence_id","step_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_assignee" FOREIGN KEY ("workspace_id","assignee_id") REFERENCES "public"."members"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "template_versions" ADD CONSTRAINT "template_versions_template" FOREIGN KEY ("workspace_id","template_id") REFERENCES "public"."templates"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "templates" ADD CONSTRAINT "templates_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tokens" ADD CONSTRAINT "tokens_workspace_id_workspaces_id_fk" FOREIGN KEY ("workspace_id") REFERENCES "public"."workspaces"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tokens" ADD CONSTRAINT "tokens_member" FOREIGN KEY ("workspace_id","member_id") REFERENCES "public"."members"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "accounts_address" ON "accounts" USING btree ("workspace_id","channel","address") WHERE "accounts"."status" <> 'REMOVED';--> statement-breakpoint
CREATE INDEX "campaigns_template" ON "campaigns" USING btree ("template_id");--> statement-breakpoint
CREATE INDEX "deliveries_in_flight" ON "deliveries" USING btree ("claimed_at") WHERE "deliveries"."state" in ('CLAIMED', 'DATA_STARTED');--> statement-breakpoint
CREATE UNIQUE INDEX "events_key" ON "events" USING btree ("workspace_id","key") WHERE "events"."key" is not null;--> statement-breakpoint
CREATE INDEX "events_sequence" ON "events" USING btree ("sequence_id","ordinal");--> statement-breakpoint
CREATE INDEX "events_workspace" ON "events" USING btree ("workspace_id","ordinal");--> statement-breakpoint
CREATE INDEX "leads_waiting" ON "leads" USING btree ("campaign_id","id") WHERE "leads"."status" = 'APPROVED';--> statement-breakpoint
CREATE UNIQUE INDEX "sequences_one_open_per_contact" ON "sequences" USING btree ("contact_id") WHERE "sequences"."status" in ('ACTIVE', 'WAITING_FOR_USER', 'WAITING_FOR_LEAD');--> statement-breakpoint
CREATE INDEX "sequences_open_by_campaign" ON "sequences" USING btree ("campaign_id","next_at","id") WHERE "sequences"."status" in ('ACTIVE', 'WAITING_FOR_USER', 'WAITING_FOR_LEAD');--> statement-breakpoint
CREATE INDEX "sequences_open_by_template" ON "sequences" USING btree ("template_id") WHERE "sequences"."status" in ('ACTIVE', 'WAITING_FOR_USER', 'WAITING_FOR_LEAD');--> statement-breakpoint
CREATE INDEX "sequences_open_due" ON "sequences" USING btree ("next_at","id") WHERE "sequences"."status" in ('ACTIVE', 'WAITING_FOR_USER', 'WAITING_FOR_LEAD');--> statement-breakpoint
CREATE INDEX "sequences_unclosed" ON "sequences" USING btree ("ended_at") WHERE "sequences"."ended_at" is not null and "sequences"."closed_at" is null;--> statement-breakpoint
CREATE INDEX "sequences_behind" ON "sequences" USING btree ("tell_at") WHERE "sequences"."tell_seq" > "sequences"."told_seq" or "sequences"."started_at" is null;--> statement-breakpoint
CREATE INDEX "sequences_email_account" ON "sequences" USING btree ("email_account_id") WHERE "sequences"."status" in ('ACTIVE', 'WAITING_FOR_USER', 'WAITING_FOR_LEAD');--> statement-breakpoint
CREATE INDEX "sequences_linkedin_account" ON "sequences" USING btree ("linkedin_account_id") WHERE "sequences"."status" in ('ACTIVE', 'WAITING_FOR_USER', 'WAITING_FOR_LEAD');--> statement-breakpoint
CREATE INDEX "sequences_list" ON "sequences" USING btree ("workspace_id","enrolled_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "tasks_one_open_per_step" ON "tasks" USING btree ("sequence_id","step_id","kind") WHERE "tasks"."status" = 'OPEN';--> statement-breakpoint
CREATE INDEX "tasks_queue" ON "tasks" USING btree ("workspace_id","created_at","id") WHERE "tasks"."status" = 'OPEN';--> statement-breakpoint
CREATE INDEX "tasks_sequence" ON "tasks" USING btree ("sequence_id");--> statement-breakpoint
CREATE INDEX "templates_by_creation" ON "templates" USING btree ("workspace_id","created_at","id");--> statement-breakpoint
CREATE POLICY "own_workspace" ON "accounts" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "accounts" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "campaign_accounts" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "campaign_accounts" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "campaign_progress" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "campaign_progress" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "campaigns" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "campaigns" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "connections" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "connections" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "contacts" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "contacts" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "deliveries" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "deliveries" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "enrolment_days" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "enrolment_days" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "events" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "events" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "everyone_reads" ON "installation" AS PERMISSIVE FOR SELECT TO "topo_app" USING (true);--> statement-breakpoint
CREATE POLICY "system" ON "installation" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "leads" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "leads" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "members" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "members" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "sequence_steps" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "sequence_steps" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "sequences" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "sequences" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "slots" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "slots" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "suppressions" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "suppressions" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "tasks" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "tasks" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "template_versions" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "template_versions" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "templates" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "templates" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "tokens" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "tokens" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "workspaces" AS PERMISSIVE FOR ALL TO "topo_app" USING (id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "workspaces" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);