CREATE TABLE "callbacks" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"key" text NOT NULL,
	"event" jsonb,
	"received_at" timestamp(3) with time zone NOT NULL,
	"handled_at" timestamp(3) with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"retry_at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "callbacks_once" UNIQUE("account_id","key"),
	CONSTRAINT "callbacks_event" CHECK (("callbacks"."event" is null) = ("callbacks"."handled_at" is not null))
);
--> statement-breakpoint
ALTER TABLE "callbacks" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "generations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"sequence_id" uuid,
	"purpose" text NOT NULL,
	"provider" text NOT NULL,
	"model" text NOT NULL,
	"fault" text,
	"input_tokens" integer,
	"output_tokens" integer,
	"cost_micros" bigint,
	"milliseconds" integer NOT NULL,
	"at" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "generations_purpose" CHECK ("generations"."purpose" in ('enrolment', 'regenerate', 'trial'))
);
--> statement-breakpoint
ALTER TABLE "generations" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "import_rows" (
	"workspace_id" uuid NOT NULL,
	"import_id" uuid NOT NULL,
	"row" integer NOT NULL,
	"data" jsonb NOT NULL,
	"outcome" text,
	"detail" text,
	CONSTRAINT "import_rows_import_id_row_pk" PRIMARY KEY("import_id","row")
);
--> statement-breakpoint
ALTER TABLE "import_rows" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "imports" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"file_name" text NOT NULL,
	"approve" boolean NOT NULL,
	"actor" text NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"finished_at" timestamp(3) with time zone,
	"leased_until" timestamp(3) with time zone,
	CONSTRAINT "imports_workspace_id" UNIQUE("workspace_id","id")
);
--> statement-breakpoint
ALTER TABLE "imports" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "invitations" (
	"workspace_id" uuid NOT NULL,
	"account_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"sequence_id" uuid NOT NULL,
	"external_id" text,
	"state" text NOT NULL,
	"sent_at" timestamp(3) with time zone NOT NULL,
	"settled_at" timestamp(3) with time zone,
	CONSTRAINT "invitations_account_id_contact_id_pk" PRIMARY KEY("account_id","contact_id"),
	CONSTRAINT "invitations_state" CHECK ("invitations"."state" in ('PENDING', 'ACCEPTED', 'WITHDRAWN', 'GONE')),
	CONSTRAINT "invitations_settled" CHECK (("invitations"."state" = 'PENDING') = ("invitations"."settled_at" is null))
);
--> statement-breakpoint
ALTER TABLE "invitations" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "linkedin_polls" (
	"account_id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"due_at" timestamp(3) with time zone NOT NULL,
	"polled_at" timestamp(3) with time zone,
	"failing_since" timestamp(3) with time zone
);
--> statement-breakpoint
ALTER TABLE "linkedin_polls" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "sessions" (
	"hash" text PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"token_id" uuid NOT NULL,
	"created_at" timestamp(3) with time zone NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "sessions" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
CREATE TABLE "sign_in_codes" (
	"hash" text PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"token_id" uuid NOT NULL,
	"expires_at" timestamp(3) with time zone NOT NULL,
	"used_at" timestamp(3) with time zone
);
--> statement-breakpoint
ALTER TABLE "sign_in_codes" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "contacts" DROP CONSTRAINT "contacts_reachable";--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "invitations_per_day" integer DEFAULT 20 NOT NULL;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "invitations_per_week" integer DEFAULT 100 NOT NULL;--> statement-breakpoint
ALTER TABLE "accounts" ADD COLUMN "withdraw_after_days" integer DEFAULT 20;--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "erased_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "members" ADD COLUMN "removed_at" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "sequences" ADD COLUMN "ai_values" jsonb;--> statement-breakpoint
ALTER TABLE "sequences" ADD COLUMN "ai_writer" text;--> statement-breakpoint
ALTER TABLE "slots" ADD COLUMN "kind" text DEFAULT 'email' NOT NULL;--> statement-breakpoint
ALTER TABLE "tasks" ADD COLUMN "snoozed_until" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "tokens" ADD CONSTRAINT "tokens_workspace_id" UNIQUE("workspace_id","id");--> statement-breakpoint
ALTER TABLE "callbacks" ADD CONSTRAINT "callbacks_account" FOREIGN KEY ("workspace_id","account_id") REFERENCES "public"."accounts"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "generations" ADD CONSTRAINT "generations_sequence_fk" FOREIGN KEY ("workspace_id","sequence_id") REFERENCES "public"."sequences"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_rows" ADD CONSTRAINT "import_rows_import" FOREIGN KEY ("workspace_id","import_id") REFERENCES "public"."imports"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "imports" ADD CONSTRAINT "imports_campaign" FOREIGN KEY ("workspace_id","campaign_id") REFERENCES "public"."campaigns"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_account" FOREIGN KEY ("workspace_id","account_id") REFERENCES "public"."accounts"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_contact" FOREIGN KEY ("workspace_id","contact_id") REFERENCES "public"."contacts"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitations" ADD CONSTRAINT "invitations_sequence" FOREIGN KEY ("workspace_id","sequence_id") REFERENCES "public"."sequences"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "linkedin_polls" ADD CONSTRAINT "linkedin_polls_account" FOREIGN KEY ("workspace_id","account_id") REFERENCES "public"."accounts"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_token_fk" FOREIGN KEY ("workspace_id","token_id") REFERENCES "public"."tokens"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sign_in_codes" ADD CONSTRAINT "sign_in_codes_token" FOREIGN KEY ("workspace_id","token_id") REFERENCES "public"."tokens"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "callbacks_unhandled" ON "callbacks" USING btree ("retry_at") WHERE "callbacks"."handled_at" is null;--> statement-breakpoint
CREATE INDEX "generations_sequence" ON "generations" USING btree ("sequence_id");--> statement-breakpoint
CREATE INDEX "generations_workspace" ON "generations" USING btree ("workspace_id","at");--> statement-breakpoint
CREATE INDEX "import_rows_waiting" ON "import_rows" USING btree ("import_id","row") WHERE "import_rows"."outcome" is null;--> statement-breakpoint
CREATE INDEX "imports_unfinished" ON "imports" USING btree ("created_at") WHERE "imports"."finished_at" is null;--> statement-breakpoint
CREATE INDEX "invitations_pending" ON "invitations" USING btree ("account_id","sent_at") WHERE "invitations"."state" = 'PENDING';--> statement-breakpoint
CREATE INDEX "linkedin_polls_due" ON "linkedin_polls" USING btree ("due_at");--> statement-breakpoint
CREATE INDEX "sessions_token" ON "sessions" USING btree ("token_id");--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_invitations_per_day" CHECK ("accounts"."invitations_per_day" between 0 and 1000);--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_invitations_per_week" CHECK ("accounts"."invitations_per_week" between 0 and 7000);--> statement-breakpoint
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_withdraw_after" CHECK ("accounts"."withdraw_after_days" between 1 and 180);--> statement-breakpoint
ALTER TABLE "contacts" ADD CONSTRAINT "contacts_reachable" CHECK (("contacts"."email" is not null or "contacts"."profile" is not null) = ("contacts"."erased_at" is null));--> statement-breakpoint
ALTER TABLE "sequences" ADD CONSTRAINT "sequences_ai_writer" CHECK ("sequences"."ai_writer" is null or "sequences"."ai_writer" in ('model', 'fallback', 'offline'));--> statement-breakpoint
ALTER TABLE "slots" ADD CONSTRAINT "slots_kind" CHECK ("slots"."kind" in ('email', 'linkedin_message', 'linkedin_invitation', 'manual_task'));--> statement-breakpoint
CREATE POLICY "own_workspace" ON "callbacks" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "callbacks" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "generations" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "generations" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "import_rows" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "import_rows" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "imports" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "imports" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "invitations" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "invitations" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "linkedin_polls" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "linkedin_polls" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "sessions" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "sessions" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);--> statement-breakpoint
CREATE POLICY "own_workspace" ON "sign_in_codes" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "sign_in_codes" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);