ALTER TABLE "suppressions" DROP CONSTRAINT "suppressions_kind";--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "reachable_since" timestamp(3) with time zone;--> statement-breakpoint
ALTER TABLE "suppressions" ADD COLUMN "key" text;--> statement-breakpoint
-- What every entry is compared by; row-level security is off for the owner meanwhile, whose table this is.
ALTER TABLE "suppressions" NO FORCE ROW LEVEL SECURITY;--> statement-breakpoint
UPDATE "suppressions" SET "key" = CASE WHEN "kind" <> 'address' THEN "value" ELSE (
  SELECT CASE WHEN domain IN ('gmail.com', 'googlemail.com') THEN replace(mailbox, '.', '') || '@gmail.com'
    ELSE mailbox || '@' || domain END
  FROM (SELECT split_part("value", '@', -1) AS domain) d,
    LATERAL (SELECT left("value", -length(domain) - 1) AS local) l,
    LATERAL (SELECT coalesce(nullif(split_part(local, '+', 1), ''), local) AS mailbox) m) END;--> statement-breakpoint
ALTER TABLE "suppressions" FORCE ROW LEVEL SECURITY;--> statement-breakpoint
ALTER TABLE "suppressions" ALTER COLUMN "key" SET NOT NULL;--> statement-breakpoint
CREATE INDEX "suppressions_key" ON "suppressions" USING btree ("workspace_id","kind","key");--> statement-breakpoint
ALTER TABLE "suppressions" ADD CONSTRAINT "suppressions_kind" CHECK ("suppressions"."kind" in ('address', 'domain', 'profile', 'provider_id'));