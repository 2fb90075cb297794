ALTER TABLE "mailboxes" ADD COLUMN "sent_sample" text;--> statement-breakpoint
ALTER TABLE "mailboxes" ADD COLUMN "sent_found_at" timestamp(3) with time zone;