/** What the API takes and gives of configurations, of modules and of the cluster: planned, applied, taken back. */
import { z } from "zod";
import { revisionSchema } from "../agent/config_history.ts";
import { fileEditSchema } from "../module/edit.ts";
import { list } from "./schemas.ts";

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
