import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Caller } from '../commands/deps.ts';
import type { MemberId, TokenId } from '../domain/ids.ts';
import type { Scope } from '../domain/scope.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The scope a caller's token needs. Every route has one, or says `anyScope: true` or `public: true`. */
    scope?: Scope;
    /** Who it is must be known, but any token will do. */
    anyScope?: true;
    public?: true;
  }
  interface FastifyRequest {
    /** Who asks, and in which workspace; throws on a public route, which has no caller. */
    readonly caller: Caller;
    identity: Identity | null;
    /** Asks again who it is, for answers that last; throws when token or session are no more. */
    prove(): Promise<Identity>;
  }
}

/** What every route file is given; its routes declare zod schemas and, in their config, a scope or `public: true`. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** Who a token, or the session that rests on it, turned out to belong to. */
export interface Identity extends Caller {
  tokenId: TokenId;
  /** null: a service's token. */
  memberId: MemberId | null;
  scopes: readonly Scope[];
}

export interface Limits {
  /** Bad tokens per minute and address. */
  badTokens: number;
  /** Requests per minute and token. */
  requests: number;
}
