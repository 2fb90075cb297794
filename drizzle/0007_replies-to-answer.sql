ALTER TABLE "tasks" DROP CONSTRAINT "tasks_kind";--> statement-breakpoint
ALTER TABLE "tasks" DROP CONSTRAINT "tasks_step_named";--> statement-breakpoint
CREATE UNIQUE INDEX "tasks_one_open_answer" ON "tasks" USING btree ("sequence_id") WHERE "tasks"."status" = 'OPEN' and "tasks"."kind" = 'answer_reply';--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_kind" CHECK ("tasks"."kind" in ('manual_step', 'read_reply', 'answer_reply', 'confirm_send', 'complete_copy'));--> statement-breakpoint
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_step_named" CHECK (("tasks"."kind" in ('read_reply', 'answer_reply')) = ("tasks"."step_id" is null));