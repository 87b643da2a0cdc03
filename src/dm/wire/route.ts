import { z } from 'zod';
import type { DmObject, MetObjects } from './dm-objects.js';
import type { WireService } from './wire-service.js';

/**
 * Where a path is known from: `captured` from a service in production, read in the vendor's `package`, `inferred` by
 * analogy with a captured path, `recalled` or `assumed` without a source.
 */
export type Evidence = 'captured' | 'package' | 'inferred' | 'recalled' | 'assumed';

/** Who may make a call: `administrator` may change experiments and workflows, `user` may run them. */
export type Role = 'user' | 'administrator';

/** What `dm check` knows when it comes to a call: the configuration, and what the calls before it have answered. */
export interface CheckKnowledge {
  readonly station: string;
  readonly beamline: string | undefined;
  readonly owner: string;
  readonly met: MetObjects;
}

/** What is told of every call. Nothing has a default. */
interface CallFacts<P extends z.ZodRawShape, S extends z.ZodType> {
  readonly evidence: Evidence;
  /** By the names in the template. A site's own template may do without those that may be left out here. */
  readonly parameters: P;
  readonly answer: DmObject<S>;
}

interface ReadFacts<P extends z.ZodRawShape, S extends z.ZodType = z.ZodType> extends CallFacts<P, S> {
  /** Method, path and query, see `parsePathTemplate`. */
  readonly template: `GET /${string}`;
  /** What `dm check` asks for; undefined when nothing has been met to ask about. */
  readonly check: (known: CheckKnowledge) => z.input<z.ZodObject<P>> | undefined;
}

interface WriteFacts<P extends z.ZodRawShape, S extends z.ZodType = z.ZodType> extends CallFacts<P, S> {
  readonly template: `${'POST' | 'PUT' | 'DELETE'} /${string}`;
  readonly role: Role;
  /** What to say when its reply is lost: whether a second one does harm, should DM have taken the first. It is never repeated by itself. */
  readonly whenUnknown:
    { readonly repeat: 'safe'; readonly because: string } | { readonly repeat: 'unsafe'; readonly seenAs: string };
}

interface Served<R extends z.ZodType> {
  readonly service: WireService;
  /** Of the whole reply. */
  readonly response: R;
}

/** A call that changes nothing: every user may make it, and it is repeated when it fails in passing. `cost` chooses the time limit. */
export interface ReadRoute<P extends z.ZodRawShape, R extends z.ZodType> extends ReadFacts<P>, Served<R> {
  readonly cost: 'read' | 'list';
  readonly role: 'user';
}

/** A call that may change something. */
export interface WriteRoute<P extends z.ZodRawShape, R extends z.ZodType> extends WriteFacts<P>, Served<R> {
  readonly cost: 'write';
}

export type Route = ReadRoute<z.ZodRawShape, z.ZodType> | WriteRoute<z.ZodRawShape, z.ZodType>;

/** Writes the entries of one service's calls: `read` answers one object, `list` all of a kind, `write` changes something. */
export interface RouteWriter {
  readonly read: <P extends z.ZodRawShape, S extends z.ZodType>(facts: ReadFacts<P, S>) => ReadRoute<P, S>;
  readonly list: <P extends z.ZodRawShape, S extends z.ZodType>(facts: ReadFacts<P, S>) => ReadRoute<P, z.ZodArray<S>>;
  readonly write: <P extends z.ZodRawShape, S extends z.ZodType>(facts: WriteFacts<P, S>) => WriteRoute<P, S>;
}

export function routesOf(service: WireService): RouteWriter {
  return {
    read: (facts) => ({ ...facts, service, cost: 'read', role: 'user', response: facts.answer.schema }),
    list: (facts) => ({ ...facts, service, cost: 'list', role: 'user', response: z.array(facts.answer.schema) }),
    write: (facts) => ({ ...facts, service, cost: 'write', response: facts.answer.schema }),
  };
}

/** False where the path is a guess that a site should confirm (`dm-ioc dm check`, `dm-ioc dm record`). */
export function isConfirmed({ evidence }: Route): boolean {
  return evidence === 'captured' || evidence === 'package';
}
