ALTER TABLE "contacts" DROP CONSTRAINT "contacts_reachable";--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "merged_into" uuid;--> statement-breakpoint
ALTER TABLE "contacts" ADD CONSTRAINT "contacts_merged_into" FOREIGN KEY ("workspace_id","merged_into") REFERENCES "public"."contacts"("workspace_id","id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "contacts_merged" ON "contacts" USING btree ("merged_into") WHERE "contacts"."merged_into" is not null;--> statement-breakpoint
ALTER TABLE "contacts" ADD CONSTRAINT "contacts_reachable" CHECK (("contacts"."email" is not null or "contacts"."profile" is not null) = ("contacts"."erased_at" is null and "contacts"."merged_into" is null));