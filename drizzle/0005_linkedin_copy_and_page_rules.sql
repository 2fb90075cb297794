-- As for every other table: row-level security also for the owner, and who may do what.

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['callbacks', 'generations', 'import_rows', 'imports', 'invitations', 'linkedin_polls', 'sessions', 'sign_in_codes'] LOOP
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO topo_app, topo_system', name);
  END LOOP;
END $$;
