/**
 * `POST /api/join` and `/api/join/file`: the second node, by the one-time secret of the token. No session and no certificate: the
 * secret is all that the caller has, and it has checked this node's certificate before sending it.
 */
import { Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";
import { accept } from "../cluster/invitation.ts";
import { places } from "../cluster/places.ts";
import { soon } from "./soon.ts";
import { gatherWelcome, k3sFileSchema } from "../cluster/welcome.ts";
import { k3sFilePath } from "../k3s/files.ts";
import { loadCluster } from "../module/load.ts";
import { readIfPresent } from "../system/files.ts";
import type { Paths } from "../system/paths.ts";
import { errorBody } from "./error.ts";

const requestSchema = z.strictObject({
  /** Of the token: a token of another cluster is told apart from a wrong secret. */
  cluster: z.string().max(64),
  secret: z.string().max(100),
  /** The caller's /etc/machine-id. */
  machine: z.string().regex(/^[0-9a-f]{32}$/),
});
const fileSchema = requestSchema.extend({ name: z.string().max(200) });

/** Names and a secret. */
const BODY_BYTES = 4096;

/** Mounted before whatever asks for a session. */
export function joinRoutes(paths: Paths) {
  const at = places(paths);
  // Requests take turns: two machines must not both find the invitation unused.
  let turn: Promise<unknown> = Promise.resolve();

  const small = bodyLimit({
    maxSize: BODY_BYTES,
    onError: (c) =>
      c.json(errorBody("too-large", "Expected a short body"), 413),
  });

  /** Null: welcome. */
  async function refusal(
    request: z.infer<typeof requestSchema>,
  ): Promise<string | null> {
    const { id, cluster } = await loadCluster(at.cluster);
    if (request.cluster !== id) {
      return `the token is of another cluster than "${cluster}"`;
    }
    const judged = turn.then(() => accept(at.invitation, request));
    turn = judged.catch(() => {});
    const verdict = await judged;
    return verdict.kind === "refused" ? verdict.why : null;
  }

  return new Hono()
    .post("/api/join", small, async (c) => {
      const body = requestSchema.safeParse(
        await soon(c.req.json().catch(() => null)),
      );
      if (!body.success) return c.json(NOT_A_REQUEST, 400);
      const why = await refusal(body.data);
      if (why !== null) return c.json(errorBody("refused", why), 403);
      c.header("Cache-Control", "no-store");
      return c.json(await gatherWelcome(paths), 200);
    })
    .post("/api/join/file", small, async (c) => {
      const body = fileSchema.safeParse(
        await soon(c.req.json().catch(() => null)),
      );
      if (!body.success) return c.json(NOT_A_REQUEST, 400);
      const { name, ...request } = body.data;
      const why = await refusal(request);
      if (why !== null) return c.json(errorBody("refused", why), 403);
      const files = z.array(k3sFileSchema).parse(
        JSON.parse(await readIfPresent(at.k3sFiles) ?? "[]"),
      );
      // Only what is listed: the name never becomes a path by itself.
      const known = files.find((file) => file.name === name);
      if (!known) return c.json(errorBody("not-found", "No such file"), 404);
      const file = await Deno.open(k3sFilePath(known.name), { read: true });
      c.header("Content-Length", String((await file.stat()).size));
      return c.body(file.readable, 200);
    });
}

const NOT_A_REQUEST = errorBody(
  "bad-request",
  'Expected {"cluster", "secret", "machine"}',
);
