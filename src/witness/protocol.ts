/** What a node and its witness say to each other inside their sealed datagrams, checked field by field. Pure. */
import { z } from "zod";
import { MAX_MODULES } from "../system/limits.ts";
import { type Ask, MAX_LEASE_MS, type Verdict } from "./register.ts";

export const WITNESS_PORT = 4810;

const epoch = z.int().min(0);
const node = z.union([z.literal(0), z.literal(1)]);

const askSchema = z.object({
  module: z.string().regex(/^[a-z][a-z0-9-]{0,30}$/),
  want: z.enum(["look", "renew", "set"]),
  expect: epoch,
  floor: epoch,
  alone: z.boolean(),
  heedLease: z.boolean(),
  leaseMs: z.number().min(0).max(MAX_LEASE_MS),
});

export const entrySchema = z.object({
  epoch,
  holder: node.nullable(),
  by: node,
  leaseMs: z.number().min(0).max(MAX_LEASE_MS),
});

const answerSchema = z.object({
  /** The question, so that an answer needs no memory to be understood. */
  ask: askSchema,
  verdict: z.object({
    entry: entrySchema.nullable(),
    done: z.boolean(),
    leasedMs: z.number(),
  }),
});

export interface Answer {
  readonly ask: Ask;
  readonly verdict: Verdict;
}

export function checkAsks(value: unknown): readonly Ask[] | null {
  const result = z.object({ asks: z.array(askSchema).max(MAX_MODULES) })
    .safeParse(value);
  return result.success ? result.data.asks : null;
}

export interface Reply {
  /** When the node had sent the question, by its own clock: a lease counts from there. */
  readonly askedAt: number;
  readonly answers: readonly Answer[];
}

export function checkReply(value: unknown): Reply | null {
  const result = z.object({
    askedAt: z.number(),
    answers: z.array(answerSchema).max(MAX_MODULES),
  }).safeParse(value);
  return result.success ? result.data : null;
}
