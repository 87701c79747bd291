/** What the API takes and gives, beside the state: validators of the routes and parts of the OpenAPI document alike. */
import { z } from "zod";
import { revisionSchema } from "../agent/config_history.ts";
import { buildSchema } from "../agent/executable.ts";
import { SWITCH_VALUES, SWITCHES } from "../agent/switches.ts";
import { USER_COMMANDS } from "../machine/event.ts";
import { fileEditSchema } from "../module/edit.ts";
import { RESOURCE_STATES } from "../rules/rule.ts";
import { k3sFileSchema } from "../cluster/welcome.ts";
import { doctorFactsSchema, findingSchema } from "../doctor/facts.ts";
import { FAULTS } from "../k3s/drill/outcome.ts";
import { userName, userRole } from "./accounts_file.ts";
import { auditEntrySchema } from "./audit.ts";
import { type EventName, EVENTS } from "./events.ts";

const MAX_LINES = 10_000;
/** Of a log, when nobody says how many. */
export const LINES = 100;

export const nodeName = z.string().max(64).optional()
  .describe("The node that is meant; default: the one that is asked");
export const moduleName = z.string().regex(
  /^[a-z][a-z0-9-]{0,30}$/,
  "expected the name of a module",
);
const lines = z.coerce.number().int().min(1).max(MAX_LINES).optional()
  .describe(`The newest ones; default ${LINES}`);

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
const addressText = z.string().max(64);
export const arbiterBody = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("witness"),
    address: addressText,
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
export const nodeQuery = z.object({ node: nodeName });
export const logQuery = z.object({ node: nodeName, lines });
export const installQuery = z.object({
  local: z.literal("1").optional().describe("This node only"),
  alone: z.literal("1").optional().describe(
    "The other node does not answer: it takes the change when it does",
  ),
});
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

export const nameParams = z.object({ name: userName });
const password = z.string().min(1).max(256);
export const newUserBody = z.strictObject({
  name: userName,
  role: userRole,
  password,
});
export const changedUserBody = z.strictObject({
  role: userRole.optional(),
  password: password.optional(),
}).refine(
  (body) => (body.role === undefined) !== (body.password === undefined),
  "expected either role or password",
);
export const ownPasswordBody = z.strictObject({ old: password, password });
export const newKeyBody = z.strictObject({ name: userName, role: userRole });
export const nodeBody = z.strictObject({ node: nodeName });
const pem = z.string().max(40_000).startsWith("-----BEGIN ");
export const certificateBody = z.strictObject({
  certificate: pem.describe("PEM; the chain below it may follow"),
  key: pem.describe("Its private key, PEM"),
});
export const credentialsSchema = z.union([
  z.strictObject({ once: z.string().min(1).max(100) }),
  z.strictObject({ name: z.string().min(1).max(100), password }),
]);

const list = <T extends z.ZodType>(item: T) => z.array(item);
const copyName = z.string().regex(/^[\w-]{1,80}$/)
  .describe("As the list of copies names it");
export const copyParams = z.object({ module: moduleName, copy: copyName });
export const takeCopyBody = z.strictObject({
  node: nodeName,
  keep: z.int().min(1).max(1000).optional()
    .describe("So many of the copies taken stay on that node, the oldest go"),
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
  })).describe("Oldest first"),
});

export const pingAnswer = z.strictObject({
  ok: z.literal(true),
  at: z.number().describe("This node's clock, milliseconds since 1970"),
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
export const meAnswer = z.strictObject({
  name: z.string(),
  role: userRole,
  kind: z.enum(["root", "peer", "key", "user"]),
});
export const loginAnswer = z.strictObject({
  name: z.string(),
  role: userRole,
});
export const auditAnswer = z.strictObject({ entries: list(auditEntrySchema) });
export const linesAnswer = z.strictObject({ lines: list(z.string()) });
export const filesAnswer = z.strictObject({ files: list(z.string()) });
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
export const textAnswer = z.strictObject({ text: z.string() });
export const modulesAnswer = z.strictObject({
  modules: list(z.strictObject({
    name: z.string(),
    module: z.looseObject({ name: z.string() }).nullable()
      .describe("module.yaml with its defaults; null: it cannot be read"),
    problem: z.string().nullable(),
    digest: z.string().nullable()
      .describe("Equal on both nodes when the folders are"),
    revision: z.number().nullable()
      .describe("Number of the configuration in force; null: none kept yet"),
    edited: z.boolean()
      .describe("Files were changed by hand and are not in force"),
    pending: z.boolean().describe("The other node has not got it yet"),
  })),
});

const plan = z.strictObject({
  files: list(z.strictObject({
    path: z.string(),
    change: z.enum(["added", "removed", "changed"]),
    lines: list(z.strictObject({
      kind: z.enum([" ", "-", "+", "@"]),
      text: z.string(),
    })),
  })),
  effects: list(z.strictObject({
    part: z.string().describe("Key of module.yaml, or a file"),
    how: z.enum(["live", "next", "stop"]).describe(
      "live: at once; next: when a script runs the next time; stop: only while the module is stopped on both nodes",
    ),
    text: z.string(),
  })),
  how: z.enum(["live", "next", "stop"]).nullable()
    .describe("The worst of the effects; null: nothing changes"),
});
export const planAnswer = z.strictObject({
  module: z.string(),
  plan,
  digest: z.string(),
  refusal: z.string().nullable().describe("Why it cannot be applied now"),
});
const note = z.string().max(300).optional().describe("For the history");
const alone = z.boolean().optional().describe(
  "The other node does not answer: it takes the change when it does",
);
const base = z.string().max(64).optional().describe(
  "Digest of the files that the change began with; refused if they are others by now",
);
export const planBody = z.union([
  z.strictObject({ edits: z.array(fileEditSchema).max(1000), base }),
  z.strictObject({ revision: z.int().min(1) }),
]);
export const applyBody = z.strictObject({
  edits: z.array(fileEditSchema).max(1000),
  base,
  note,
  alone,
});
export const rollbackBody = z.strictObject({
  revision: z.int().min(1).optional()
    .describe("Default: the one before the newest"),
  note,
  alone,
});
export const clusterApplyBody = applyBody.omit({ alone: true });
export const clusterRollbackBody = rollbackBody.omit({ alone: true });
export const adoptClusterBody = z.strictObject({
  content: z.string().describe("cluster.yaml"),
  revision: revisionSchema.optional().describe("Left out: only ask"),
});
export const adoptQuery = revisionSchema.omit({ digest: true }).extend({
  number: z.coerce.number().int().min(1),
}).partial().extend({
  ready: z.literal("1").optional().describe("Only ask; else all others"),
});
export const adoptAnswer = z.union([
  z.strictObject({ ok: z.literal(true) }),
  z.strictObject({
    newest: z.number(),
    level: z.boolean(),
    refusal: z.string().nullable(),
  }),
]);
export const moduleFilesAnswer = z.strictObject({
  module: z.string(),
  digest: z.string(),
  files: list(z.strictObject({
    path: z.string(),
    executable: z.boolean(),
    encoding: z.enum(["text", "base64"]),
    content: z.string(),
  })),
});
export const clusterFilesAnswer = moduleFilesAnswer.omit({ module: true })
  .extend({
    inForce: z.boolean().describe("The node's agent began with it"),
  });
export const clusterPlanAnswer = planAnswer.omit({ module: true });
export const historyAnswer = z.strictObject({
  revisions: list(revisionSchema).describe("Newest first"),
});
export const installationAnswer = z.strictObject({
  module: z.string(),
  revision: z.number().nullable().describe("null: nothing changed"),
  plan,
  installed: list(z.string()).describe("Nodes that have it now"),
  pending: list(z.string()).describe("Nodes that get it when they answer"),
});
export const clusterAppliedAnswer = installationAnswer.omit({ module: true });
export const removedAnswer = z.strictObject({ removed: list(z.string()) });
export const usersAnswer = z.strictObject({
  users: list(z.strictObject({ name: z.string(), role: userRole })),
});
export const keysAnswer = z.strictObject({
  keys: list(z.strictObject({
    name: z.string(),
    role: userRole,
    created: z.iso.datetime(),
  })),
});
export const newKeyAnswer = z.strictObject({
  name: z.string(),
  key: z.string().describe("Shown once"),
});
const certificateInfo = z.strictObject({
  subject: z.string(),
  names: z.string().describe("Names and addresses that it is valid for"),
  from: z.string(),
  until: z.string(),
  fingerprint: z.string().describe("SHA-256, hexadecimal"),
});
export type CertificateInfo = z.infer<typeof certificateInfo>;
export const certificatesAnswer = z.strictObject({
  node: z.string(),
  cluster: certificateInfo.describe("Of the cluster's own authority"),
  own: certificateInfo.nullable()
    .describe("Shown to browsers that ask for one of its names"),
});
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
