-- What the schema file cannot say: the clock, who may do what, row-level security also for the owner, immutable versions.

CREATE FUNCTION app_now() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE AS
  $$ SELECT clock_timestamp() + make_interval(secs => (SELECT offset_ms FROM installation) / 1000.0) $$;
--> statement-breakpoint
INSERT INTO installation (id) VALUES (true);
--> statement-breakpoint
CREATE FUNCTION offset_never_decreases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.offset_ms < OLD.offset_ms THEN
    RAISE EXCEPTION 'the clock never goes back: offset % ms after % ms', NEW.offset_ms, OLD.offset_ms;
  END IF;
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER offset_never_decreases BEFORE UPDATE ON installation
  FOR EACH ROW EXECUTE FUNCTION offset_never_decreases();
--> statement-breakpoint
CREATE FUNCTION versions_are_immutable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'template version % of % is immutable', OLD.version, OLD.template_id;
END $$;
--> statement-breakpoint
CREATE TRIGGER versions_are_immutable BEFORE UPDATE OR DELETE ON template_versions
  FOR EACH ROW EXECUTE FUNCTION versions_are_immutable();
--> statement-breakpoint
DO $$
DECLARE name text;
BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    IF name = 'installation' THEN
      GRANT SELECT, INSERT, UPDATE ON installation TO topo_system;
      GRANT SELECT ON installation TO topo_app;
    ELSE
      EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO topo_system', name);
      EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO topo_app', name);
    END IF;
  END LOOP;
END $$;
--> statement-breakpoint
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO topo_app, topo_system;
--> statement-breakpoint
GRANT USAGE ON SCHEMA public TO topo_app, topo_system;
