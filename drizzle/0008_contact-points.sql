CREATE TABLE "contact_points" (
	"id" uuid PRIMARY KEY NOT NULL,
	"workspace_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"key" text NOT NULL,
	"mailbox_key" text,
	"source" text NOT NULL,
	"first_seen" timestamp(3) with time zone NOT NULL,
	"last_seen" timestamp(3) with time zone NOT NULL,
	CONSTRAINT "contact_points_workspace_id" UNIQUE("workspace_id","id"),
	CONSTRAINT "contact_points_key" UNIQUE("workspace_id","kind","key"),
	CONSTRAINT "contact_points_of_one" UNIQUE("contact_id","key","workspace_id"),
	CONSTRAINT "contact_points_kind" CHECK ("contact_points"."kind" in ('address', 'profile', 'provider_id')),
	CONSTRAINT "contact_points_source" CHECK ("contact_points"."source" in ('import', 'person', 'answer', 'provider')),
	CONSTRAINT "contact_points_mailbox_of_address" CHECK (("contact_points"."kind" = 'address') = ("contact_points"."mailbox_key" is not null))
);
--> statement-breakpoint
ALTER TABLE "contact_points" ENABLE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "contacts" DROP CONSTRAINT "contacts_email";--> statement-breakpoint
ALTER TABLE "contacts" DROP CONSTRAINT "contacts_profile";--> statement-breakpoint
ALTER TABLE "sequences" ADD COLUMN "email_point" uuid;--> statement-breakpoint
ALTER TABLE "sequences" ADD COLUMN "profile_point" uuid;--> statement-breakpoint
ALTER TABLE "contact_points" ADD CONSTRAINT "contact_points_of_contact" FOREIGN KEY ("workspace_id","contact_id") REFERENCES "public"."contacts"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "contact_points_mailbox" ON "contact_points" USING btree ("workspace_id","mailbox_key") WHERE "contact_points"."mailbox_key" is not null;--> statement-breakpoint
ALTER TABLE "sequences" ADD CONSTRAINT "sequences_email_point_fk" FOREIGN KEY ("workspace_id","email_point") REFERENCES "public"."contact_points"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sequences" ADD CONSTRAINT "sequences_profile_point_fk" FOREIGN KEY ("workspace_id","profile_point") REFERENCES "public"."contact_points"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE POLICY "own_workspace" ON "contact_points" AS PERMISSIVE FOR ALL TO "topo_app" USING (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid) WITH CHECK (workspace_id = nullif(current_setting('app.workspace', true), '')::uuid);--> statement-breakpoint
CREATE POLICY "system" ON "contact_points" AS PERMISSIVE FOR ALL TO "topo_system" USING (true) WITH CHECK (true);