import type pg from 'pg';

/** insufficient_privilege; PostgreSQL manual, appendix A. */
export const MISSING_RIGHT = '42501';

/** Gives the role of `client`, which owns the database, what the migrations and the service take. Harmless to repeat. */
export async function prepareOwner(client: pg.Client): Promise<void> {
  await client.query(preparation);
}

/** The failure `cause`, a missing right, under a text that says which statements give what the role of `client` lacks. */
export async function withRemedy(client: pg.Client, cause: unknown): Promise<Error> {
  const { rows } = await client.query<{ statement: string }>(missingRights);
  const remedy =
    rows.length === 0
      ? 'It must own all that an earlier migration made there.'
      : 'Either it owns the database and may create roles, or an administrator, connected to that database, says:';
  const statements = rows.map(({ statement }) => `\n    ${statement};`).join('');
  return new Error(`role "${client.user}" lacks rights in database "${client.database}". ${remedy}${statements}`, {
    cause,
  });
}

/**
 * The owner must be able to become either role without having what it may do: a query without a role sees nothing. From
 * PostgreSQL 16 on each grant says so. Before, a role inherits from all the roles it is in or from none, and one that
 * inherits from none has lost `public` too: from 15 on that belongs to `pg_database_owner`, which whoever owns the
 * database is in. So it is given by name what it needs there.
 *
 * Only what is missing is done: an administrator may have done it already, where our role may not; and databases of one
 * server that are migrated side by side do not get into each other's way.
 */
const preparation = `
  do $$
  declare
    is_per_grant constant boolean := current_setting('server_version_num')::int >= 160000;
    can_become constant text := case when is_per_grant then 'set' else 'member' end;
    owner_of_public constant name := (select pg_get_userbyid(nspowner) from pg_namespace where nspname = 'public');
    wanted text;
  begin
    foreach wanted in array array['topo_app', 'topo_system'] loop
      begin
        if not exists (select from pg_roles where rolname = wanted) then
          execute format('create role %I nologin', wanted);
        end if;
      exception when duplicate_object or unique_violation then null; -- another database of this server made it
      end;
      if not pg_has_role(wanted, can_become) or (is_per_grant and pg_has_role(wanted, 'usage')) then
        execute format('grant %I to current_user', wanted)
          || case when is_per_grant then ' with inherit false, set true' else '' end;
      end if;
    end loop;
    if not is_per_grant and (select rolinherit from pg_roles where rolname = current_user) then
      execute 'alter role current_user noinherit';
    end if;
    if not has_schema_privilege('public', 'create') and pg_has_role(owner_of_public, can_become) then
      execute format('set local role %I', owner_of_public);
      grant usage, create on schema public to session_user with grant option;
      reset role;
    end if;
  end $$`;

/** What an administrator may say in this database to give the role what it lacks, a statement a row. */
const missingRights = `
  with server as (select current_setting('server_version_num')::int >= 160000 as is_per_grant),
    wanted as (
      select name, pg_roles.oid from unnest(array['topo_app', 'topo_system']) name left join pg_roles on rolname = name
    ),
    own as (select rolcreaterole, rolinherit from pg_roles where rolname = current_user)
  select format('grant create on database %I to %I', current_database(), current_user) as statement
    where not has_database_privilege(current_database(), 'create')
  union all
  select format('grant usage, create on schema public to %I with grant option', current_user)
    where not (has_schema_privilege('public', 'usage') and has_schema_privilege('public', 'create'))
  union all
  select format('create role %I nologin', name) from wanted, own where oid is null and not rolcreaterole
  union all
  select format('grant %I to %I', name, current_user) || case when is_per_grant then ' with inherit false, set true' else '' end
    from wanted, own, server
    where case
      when oid is null then not rolcreaterole
      when is_per_grant then not pg_has_role(oid, 'set') or pg_has_role(oid, 'usage')
      else not pg_has_role(oid, 'member')
    end
  union all
  select format('alter role %I noinherit', current_user) from own, server
    where not is_per_grant and rolinherit and not rolcreaterole`;
