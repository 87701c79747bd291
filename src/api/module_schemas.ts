/** What the API takes and gives of modules as they run: commands, checkers, switches, copies, what is compared. */
import { z } from "zod";
import { USER_COMMANDS } from "../machine/event.ts";
import { SWITCH_VALUES, SWITCHES } from "../module/switch.ts";
import { RESOURCE_STATES } from "../rules/rule.ts";
import { list, nodeName } from "./schemas.ts";

export const moduleName = z.string().regex(
  /^[a-z][a-z0-9-]{0,30}$/,
  "expected the name of a module",
);
export const commandParams = z.object({
  module: moduleName,
  command: z.enum(
    USER_COMMANDS,
    `expected one of ${USER_COMMANDS.join(", ")}`,
  ),
});
export const commandBody = z.strictObject({
  node: nodeName,
  full: z.boolean().optional().describe("second: copy everything"),
  otherFolder: z.boolean().optional().describe(
    "primforce: also where another folder stands in the place of the mirrored one",
  ),
  wait: z.boolean().optional().describe("Answer when it has come to its end"),
});
export const verifyBody = z.strictObject({
  node: nodeName,
  repair: z.boolean().optional()
    .describe("Make the secondary's copy equal where it differs"),
  rate: z.number().min(0).optional()
    .describe("Bytes per second; 0: as fast as it goes"),
  stop: z.boolean().optional().describe("End the one that runs"),
});
export const resyncBody = z.strictObject({
  node: nodeName,
  limit: z.number().min(0).optional()
    .describe("Bytes per second; 0: no cap. Until the role changes"),
  paused: z.boolean().optional(),
  external: z.literal(true).optional().describe(
    "The stopped node's directories hold a restored copy: the first resync compares it instead of moving it away (administrator)",
  ),
});
export const moduleParams = z.object({ module: moduleName });
export const scriptParams = z.object({
  module: moduleName,
  file: z.string().max(100).regex(/^[^./\\][^/\\]*$/, "expected a file name"),
});
export const resourceParams = z.object({
  module: moduleName,
  /** Part of an address at the other node, where we are its administrator: no step upwards. */
  resource: z.string().max(64).regex(
    /^[^./\\][^/\\]*$/,
    "expected the name of a resource",
  ),
});
export const resourceBody = z.strictObject({
  node: nodeName,
  state: z.enum(
    RESOURCE_STATES,
    `expected one of ${RESOURCE_STATES.join(", ")}`,
  ),
});
export const switchParams = z.object({
  module: moduleName,
  name: z.enum(SWITCHES, `expected one of ${SWITCHES.join(", ")}`),
});
export const switchBody = z.strictObject({
  node: nodeName,
  value: z.enum(SWITCH_VALUES, "expected on, off or auto"),
});
export const installQuery = z.object({
  local: z.literal("1").optional().describe("This node only"),
  alone: z.literal("1").optional().describe(
    "The other node does not answer: it takes the change when it does",
  ),
});
const copyName = z.string().regex(/^[\w-]{1,80}$/)
  .describe("As the list of copies names it");
export const copyParams = z.object({ module: moduleName, copy: copyName });
export const takeCopyBody = z.strictObject({
  node: nodeName,
  keep: z.int().min(1).max(1000).optional()
    .describe(
      "So many of the copies taken stay on that node, the oldest go: for administrators",
    ),
});
export const copyAnswer = z.strictObject({ name: copyName });
export const copiesAnswer = z.strictObject({
  copies: list(copyAnswer.extend({
    bytes: z.number().nullable().optional().describe(
      "Room on the disk; what it shares with the data or another copy counts for both. null: not counted yet; missing: a node of an earlier version",
    ),
  })).describe("Oldest first"),
});
export const salvageParams = z.object({
  module: moduleName,
  salvage: z.string().regex(/^[\w-]{1,80}$/).describe("As the list names it"),
});
export const salvagesAnswer = z.strictObject({
  salvages: list(z.strictObject({
    name: z.string().describe("When it was kept"),
    bytes: z.number().nullable()
      .describe("Room on the disk; null: not counted yet"),
    asides: list(z.string()).optional().describe(
      "Where a whole copy stands that was set aside; its archive holds it, and it stays when this is dropped. Missing: what is kept stands here",
    ),
  })).describe("Oldest first"),
});
const figure = z.number().nullable();
export const figuresAnswer = z.strictObject({
  everyMs: z.number(),
  module: z.strictObject({
    at: list(z.number()).describe("Milliseconds since 1970, oldest first"),
    dirtyBytes: list(figure),
    waiting: list(figure).describe("Writes that waited for the other node"),
    waitingMs: list(figure).describe("The oldest of them"),
    waitingBytes: list(figure).describe("Bytes of them"),
    changeMs: list(figure).describe(
      "What 99 of 100 changes did not exceed until both nodes had them",
    ),
    fsyncMs: list(figure).describe("The same of fsyncs"),
    resyncBytesPerSecond: list(figure),
    roundTripMs: list(figure).describe("Of the best link"),
  }),
});
const assignment = {
  at: z.number(),
  state: z.enum(RESOURCE_STATES),
  detail: z.string().nullable(),
};
export const resourcesAnswer = z.strictObject({
  resources: list(z.strictObject({
    name: z.string(),
    ...assignment,
    history: list(z.strictObject(assignment)),
  })),
});
export const verifyAnswer = z.strictObject({
  verify: z.strictObject({
    number: z.number(),
    state: z.enum([
      "running",
      "repairing",
      "identical",
      "repaired",
      "different",
      "stopped",
      "failed",
    ]),
    background: z.boolean(),
    repair: z.boolean(),
    bytesDone: z.number(),
    bytesTotal: z.number().nullable(),
    entries: z.number(),
    bytesPerSecond: z.number(),
    secondsLeft: z.number().nullable(),
    round: z.number(),
    differences: z.number(),
    found: list(z.strictObject({
      path: z.string(),
      what: z.enum(["name", "attributes", "data"]),
      text: z.string(),
      offset: z.number().optional(),
      length: z.number().optional(),
    })),
  }).nullable(),
  proof: z.strictObject({
    at: z.string(),
    operation: z.number(),
    since: z.number(),
    bytes: z.number(),
    entries: z.number(),
  }).nullable().describe("When both copies were last found identical"),
});
export const modulesAnswer = z.strictObject({
  modules: list(z.strictObject({
    name: z.string(),
    module: z.looseObject({ name: z.string() }).nullable()
      .describe(
        "module.yaml with its defaults, for administrators; null: it cannot be read",
      ),
    problem: z.string().nullable().describe(
      "Why module.yaml cannot be read: the place and what was expected, nothing of its values",
    ),
    digest: z.string().nullable()
      .describe("Equal on both nodes when the folders are"),
    revision: z.number().nullable()
      .describe("Number of the configuration in force; null: none kept yet"),
    edited: z.boolean()
      .describe("Files were changed by hand and are not in force"),
    pending: z.boolean().describe("The other node has not got it yet"),
  })),
});
export const removedAnswer = z.strictObject({ removed: list(z.string()) });
