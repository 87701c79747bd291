/**
 * The API's own object behind `hakit state --json`, the console and the support dump. One definition: type, OpenAPI document and the
 * tests' check of what is answered. A new field is added here and nowhere else; say its unit and what null means.
 */
import { z } from "zod";
import type { Identity } from "../replication/identity.ts";
import type { ResyncProgress } from "../replication/control.ts";
import type { Role, Status } from "../machine/state.ts";

const list = <T extends z.ZodType>(item: T) => z.array(item).readonly();

export const roleSchema = z.enum(
  ["STOP", "WAIT", "ALONE", "PRIM", "SECOND"],
) satisfies z.ZodType<Role>;
const statusSchema = z.enum(
  ["NotReady", "Transient", "Ready"],
) satisfies z.ZodType<Status>;

const identitySchema = z.strictObject({
  current: z.string().nullable(),
  bitmap: z.string().nullable(),
  history: list(z.string()),
  upToDate: z.boolean(),
  consistent: z.boolean(),
  connected: z.boolean(),
  epoch: z.number(),
  tide: z.strictObject({
    value: z.number(),
    after: z.number().optional(),
  }).readonly().optional().describe(
    "How far it has come in its generation; absent while it is mirrored",
  ),
}).readonly() satisfies z.ZodType<Identity>;

const resyncSchema = z.strictObject({
  stage: z.enum(["names", "data", "final"]),
  bytesDone: z.number(),
  bytesTotal: z.number(),
  bytesSent: z.number(),
  bytesPerSecond: z.number(),
  secondsLeft: z.number().nullable(),
  paused: z.boolean().optional(),
  limit: z.number().optional().describe("Bytes per second; 0: no cap"),
}).readonly() satisfies z.ZodType<ResyncProgress>;

const linkSchema = z.strictObject({
  local: z.string(),
  remote: z.string(),
  state: z.enum(["up", "down", "unknown"]),
  roundTripMs: z.number().nullable(),
  lossPercent: z.number().optional().describe(
    "Of the other node's heartbeats of the last minute, what did not arrive; absent: not known",
  ),
  blackHoleBytes: z.number().optional().describe(
    "A packet so large does not pass, in one direction at least, though small ones do; absent: large ones pass, or it is not known",
  ),
}).readonly();
export type LinkState = z.infer<typeof linkSchema>;

const resourceSchema = z.strictObject({
  name: z.string(),
  state: z.enum(["up", "down", "init", "unknown"]),
  detail: z.string().nullable().describe("Why"),
  since: z.number().nullable().describe(
    "Milliseconds since 1970; null: of the other node, not known here",
  ),
}).readonly();
export type ResourceInfo = z.infer<typeof resourceSchema>;

const moduleSchema = z.strictObject({
  name: z.string(),
  role: roleSchema,
  status: statusSchema,
  upToDate: z.boolean().describe(
    "This copy's own word: it had every acknowledged write when it last heard of them. A secondary that was stopped in order keeps saying so, whatever the other node writes alone since; a second copy is sure where role is SECOND and status Ready",
  ),
  reason: z.string().nullable().describe("Why it waits and what to do"),
  identity: identitySchema,
  session: z.enum(["none", "connecting", "resync", "mirrored", "lost"]),
  resync: resyncSchema.nullable(),
  lastResync: z.strictObject({
    bytesSent: z.number(),
    seconds: z.number(),
    full: z.boolean(),
  }).readonly().nullable(),
  proven: z.string().nullable().describe(
    "When both copies were last found identical, as this node knows; null: never",
  ),
  differences: z.number().describe(
    "Places in which a comparison found the copies to differ, and not mended yet",
  ),
  dirtyBytes: z.number().describe("What the other node lacks, at most"),
  salvage: z.string().nullable().describe(
    "The newest of what is kept there of data that only that node wrote before it yielded; null: nothing",
  ),
  failover: z.boolean().describe(
    "Whether this node goes on in the other one's place",
  ),
  hindered: z.string().optional().describe(
    "Of SECOND: why it would not take over now if the other node died; absent: nothing is known to hinder it",
  ),
  otherFolder: z.boolean().optional().describe(
    "Another folder than the mirrored one stands in its place, as when its disk is not mounted: only primforce with otherFolder makes it the good copy; absent: none does",
  ),
  addresses: list(
    z.strictObject({ address: z.string(), held: z.boolean() }).readonly(),
  ),
  resources: list(resourceSchema).describe(
    "What checkers found; of the other node only what is down or cannot be told, and what rules look at",
  ),
  maintenance: list(z.string()).describe(
    'Switches that deviate from module.yaml, such as "checker off"',
  ),
}).readonly();
export type ModuleState = z.infer<typeof moduleSchema>;

const nodeSchema = z.strictObject({
  name: z.string(),
  local: z.boolean().describe("True for the node that answered"),
  reachable: z.boolean().describe(
    "False: its agent does not answer; modules is then what was last known",
  ),
  version: z.string().nullable(),
  addresses: list(z.string()),
  modules: list(moduleSchema),
}).readonly();
export type NodeState = z.infer<typeof nodeSchema>;

export const clusterStateSchema = z.strictObject({
  cluster: z.string(),
  nodes: list(nodeSchema),
  links: list(linkSchema),
  arbiter: z.string().describe(
    "Who decides when the nodes are parted, and what that cannot exclude, in one plain sentence",
  ),
  unlike: z.string().optional().describe(
    "Why the arbiters of the two nodes do not fit together and what to do; absent: they do",
  ),
  sentence: z.string().describe(
    "What holds now, in one plain sentence; in WAIT also why and what to do",
  ),
  sentences: z.record(z.string(), z.string()).readonly()
    .describe("One sentence a module"),
  warnings: list(z.string()),
}).readonly();
export type ClusterState = z.infer<typeof clusterStateSchema>;
