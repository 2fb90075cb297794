import { newId } from '../../src/db/new-id.ts';
import type { Db } from '../../src/db/pool.ts';
import { members, templates, templateVersions, workspaces } from '../../src/db/schema.ts';
import { createToken } from '../../src/db/tokens.ts';
import type { MemberId, TemplateId, TokenId, WorkspaceId } from '../../src/domain/ids.ts';
import { scopes as everyScope, type Scope } from '../../src/domain/scope.ts';
import type { TemplateContent, TemplateStatus } from '../../src/domain/template.ts';
import { content, steps } from './scenario.ts';

/*
 * Rows a test stands on, written past the commands: any state, any date. What tests of the engine start from is in
 * scenario.ts.
 */

export function aWorkspace(db: Db, { name = 'Acme', createdAt = Date.now() } = {}): Promise<WorkspaceId> {
  const id = newId<WorkspaceId>();
  return db.asSystem(async (tx) => {
    const sender = { legalName: `${name} SAS`, postalAddress: '1 rue Exemple, Paris' };
    await tx.insert(workspaces).values({ id, name, zone: 'Europe/Paris', ...sender, createdAt });
    return id;
  });
}

export function aMember(
  db: Db,
  workspaceId: WorkspaceId,
  { name = 'Sam Sender', createdAt = Date.now() } = {},
): Promise<MemberId> {
  const id = newId<MemberId>();
  return db.asSystem(async (tx) => {
    await tx.insert(members).values({ id, workspaceId, name, email: `${id}@acme.example`, createdAt });
    return id;
  });
}

export interface TemplateSpec {
  id: TemplateId;
  name: string | null;
  summary: string | null;
  status: TemplateStatus;
  /** How many email steps. */
  steps: number;
  language: string | null;
  timezone: string;
  /** Instants as ISO texts. Activated with its creation unless it is still PENDING_SETUP. */
  activatedAt: string | null;
  createdAt: string;
  updatedAt: string;
  version: number;
  content: Partial<TemplateContent>;
}

/** A template in any state, with the content of its current version. */
export async function aTemplate(
  db: Db,
  workspaceId: WorkspaceId,
  spec: Partial<TemplateSpec> = {},
): Promise<TemplateId> {
  const {
    id = newId<TemplateId>(),
    name = 'Cold outreach',
    summary = null,
    status = 'ACTIVE',
    language = 'en',
    version = 1,
  } = spec;
  const createdAt = Date.parse(spec.createdAt ?? '2025-01-07T14:22:00Z');
  const neverActive = spec.activatedAt === null || (spec.activatedAt === undefined && status === 'PENDING_SETUP');
  const activatedAt = neverActive ? null : Date.parse(spec.activatedAt ?? new Date(createdAt).toISOString());
  const updatedAt = spec.updatedAt === undefined ? createdAt : Date.parse(spec.updatedAt);
  const whole = content(steps(...Array<'email'>(spec.steps ?? 1).fill('email')), { language, ...spec.content });
  const current =
    spec.timezone === undefined ? whole : { ...whole, schedule: { ...whole.schedule, zone: spec.timezone } };
  await db.asSystem(async (tx) => {
    const settings = { name, summary, dailyLeadsTarget: 50, approvalMode: 'AUTOPILOT' as const };
    await tx
      .insert(templates)
      .values({ id, workspaceId, status, version, ...settings, activatedAt, createdAt, updatedAt });
    await tx.insert(templateVersions).values({ workspaceId, templateId: id, version, content: current, createdAt });
  });
  return id;
}

export interface TokenSpec {
  memberId?: MemberId | null;
  scopes?: readonly Scope[];
  /** Epoch ms. */
  expiresAt?: number | null;
}

/** A token, of a service and with every scope unless said otherwise, and the header that presents it. */
export async function aToken(
  db: Db,
  workspaceId: WorkspaceId,
  { memberId = null, scopes = everyScope, expiresAt = null }: TokenSpec = {},
): Promise<{ token: string; tokenId: TokenId; bearer: { authorization: string } }> {
  const { token, row } = await db.asSystem((tx) =>
    createToken(tx, { workspaceId, memberId, name: 'Test', scopes, expiresAt }),
  );
  return { token, tokenId: row.id, bearer: { authorization: `Bearer ${token}` } };
}
