-- As for every other table: row-level security also for the owner, and who may do what. What the schema file cannot say:
-- what a contact is written to at is one of its own points, asked when the transaction ends, for each comes first.

GRANT SELECT, INSERT, UPDATE, DELETE ON contact_points TO topo_app, topo_system;
--> statement-breakpoint
-- Every address and profile that is stored becomes a point, and what every sequence writes to. Row-level security is
-- off for the owner meanwhile, whose tables these are.
ALTER TABLE contacts NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE sequences NO FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
INSERT INTO contact_points (id, workspace_id, contact_id, kind, key, mailbox_key, source, first_seen, last_seen)
SELECT gen_random_uuid(), workspace_id, id, 'address', email,
  CASE WHEN domain IN ('gmail.com', 'googlemail.com') THEN replace(mailbox, '.', '') || '@gmail.com'
    ELSE mailbox || '@' || domain END,
  'import', created_at, created_at
FROM contacts,
  LATERAL (SELECT split_part(email, '@', -1) AS domain) d,
  LATERAL (SELECT left(email, -length(domain) - 1) AS local) l,
  LATERAL (SELECT coalesce(nullif(split_part(local, '+', 1), ''), local) AS mailbox) m
WHERE email IS NOT NULL;
--> statement-breakpoint
INSERT INTO contact_points (id, workspace_id, contact_id, kind, key, source, first_seen, last_seen)
SELECT gen_random_uuid(), workspace_id, id, 'profile', profile, 'import', created_at, created_at
FROM contacts WHERE profile IS NOT NULL;
--> statement-breakpoint
UPDATE sequences s SET
  email_point = (SELECT p.id FROM contact_points p WHERE p.contact_id = s.contact_id AND p.kind = 'address'),
  profile_point = (SELECT p.id FROM contact_points p WHERE p.contact_id = s.contact_id AND p.kind = 'profile');
--> statement-breakpoint
ALTER TABLE contacts ADD CONSTRAINT contacts_email_is_a_point FOREIGN KEY (workspace_id, id, email)
  REFERENCES contact_points (workspace_id, contact_id, key) DEFERRABLE INITIALLY DEFERRED;
--> statement-breakpoint
ALTER TABLE contacts ADD CONSTRAINT contacts_profile_is_a_point FOREIGN KEY (workspace_id, id, profile)
  REFERENCES contact_points (workspace_id, contact_id, key) DEFERRABLE INITIALLY DEFERRED;
--> statement-breakpoint
ALTER TABLE contacts FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE sequences FORCE ROW LEVEL SECURITY;
--> statement-breakpoint
ALTER TABLE contact_points FORCE ROW LEVEL SECURITY;
