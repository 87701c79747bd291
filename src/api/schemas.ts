/**
 * What the API takes and gives, beside the state: validators of the routes and parts of the OpenAPI document alike. Here what nodes and the
 * cluster are asked, and what all share; accounts, configurations and modules have files of their own.
 */
import { z } from "zod";
import { buildSchema } from "../agent/executable.ts";
import { k3sFileSchema } from "../cluster/welcome.ts";
import { doctorFactsSchema, findingSchema } from "../doctor/facts.ts";
import { FAULTS } from "../k3s/drill/outcome.ts";
import { type EventName, EVENTS } from "./events.ts";

const MAX_LINES = 10_000;
/** Of a log, when nobody says how many. */
export const LINES = 100;

export const nodeName = z.string().max(64).optional()
  .describe("The node that is meant; default: the one that is asked");
const lines = z.coerce.number().int().min(1).max(MAX_LINES).optional()
  .describe(`The newest ones; default ${LINES}`);

const addressText = z.string().max(64);
export const arbiterBody = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("witness"),
    address: addressText.optional().describe(
      "Absent: the witness that this node heeds, told again to one that lost it",
    ),
    port: z.int().min(1).max(65535).optional(),
  }),
  z.strictObject({
    kind: z.literal("ping"),
    addresses: z.array(addressText).min(1).max(8),
  }),
]);
export const arbiterAnswer = z.strictObject({
  token: z.string().nullable().describe("What the witness must be told"),
});
export const adoptBody = z.strictObject({ arbiter: z.unknown() });
export const doneAnswer = z.strictObject({ ok: z.literal(true) });
export const nodeQuery = z.object({ node: nodeName });
export const logQuery = z.object({ node: nodeName, lines });
export const localQuery = z.object({
  local: z.literal("1").optional().describe("This node only"),
});
export const snapshotQuery = localQuery.extend({
  anonymous: z.literal("1").optional().describe(
    "Names, addresses and people get stand-ins",
  ),
});
export const eventsQuery = z.object({
  node: nodeName,
  only: z.string().max(60).optional()
    .describe(`Of ${EVENTS.join(",")}; default: all`)
    .transform((text): readonly EventName[] =>
      text === undefined
        ? EVENTS
        : EVENTS.filter((name) => text.split(",").includes(name))
    ),
});

export const nodeBody = z.strictObject({ node: nodeName });

export const list = <T extends z.ZodType>(item: T) => z.array(item);

export const pingAnswer = z.strictObject({
  ok: z.literal(true),
  at: z.number().describe("This node's clock, milliseconds since 1970"),
});
export const okAnswer = z.strictObject({ ok: z.literal(true) });
/** As src/k3s/drill/outcome.ts makes it; of a file, so every list is bounded. */
export const drillReportSchema = z.strictObject({
  fault: z.enum(FAULTS),
  date: z.string().max(40),
  cluster: z.string().max(64),
  from: z.string().max(64),
  to: z.string().max(64),
  timeline: list(z.strictObject({
    what: z.string().max(500),
    seconds: z.number(),
  })).max(200),
  pauseSeconds: z.number().describe("The longest time without an answer"),
  acknowledged: z.int(),
  rows: z.int(),
  lines: z.int(),
  lost: list(z.int()).max(100_000).describe("Acknowledged, and not there"),
  errors: list(z.string().max(1000)).max(1000),
});
export const drillAnswer = z.strictObject({
  drill: drillReportSchema.nullable().describe(
    "The last one that was begun on this node",
  ),
  run: z.strictObject({
    began: z.string(),
    lines: list(z.string()).describe("What it has said so far"),
    over: z.boolean(),
    problem: z.string().nullable().describe("Why it could not be done"),
  }).nullable().describe("The last one that the API was asked for"),
});
export const linesAnswer = z.strictObject({ lines: list(z.string()) });
export const filesAnswer = z.strictObject({ files: list(z.string()) });
export const textAnswer = z.strictObject({ text: z.string() });

export const doctorAnswer = z.strictObject({
  findings: list(findingSchema),
  well: list(z.string()).describe("What was looked at and is well"),
  unreachable: z.boolean().describe("The other node was not examined"),
});
export const doctorFactsAnswer = z.strictObject({ facts: doctorFactsSchema });

export const upgradeBody = z.strictObject({
  node: nodeName,
  digest: z.string().regex(/^[0-9a-f]{64}$/)
    .describe("Of the executable that is to run"),
  back: z.boolean().optional()
    .describe("The one that was kept, instead of the one that was sent"),
});
export const upgradeInfo = z.strictObject({
  node: z.string(),
  life: z.string().describe("Another one after each begin of the agent"),
  ready: z.boolean().describe("Modules have begun, heartbeats are sent"),
  running: buildSchema,
  staged: buildSchema.nullable().describe("Sent and checked, not yet used"),
  previous: buildSchema.nullable().describe("Kept by the last upgrade"),
});
export type UpgradeInfo = z.infer<typeof upgradeInfo>;

export const channelsAnswer = z.strictObject({
  channels: list(z.strictObject({
    channel: z.string(),
    waiting: z.number().describe("Notifications that are not told yet"),
    problem: z.string().nullable()
      .describe("Why the last attempt failed; null: it did not"),
  })),
});
export const k3sFileQuery = z.strictObject({
  name: z.string().min(1).max(200),
});
export const k3sAnswer = z.strictObject({
  node: z.string(),
  installed: list(k3sFileSchema),
  staged: list(k3sFileSchema).describe("Wait for an upgrade"),
});
