/**
 * `POST /api/join` and `/api/join/file`: the second node, by the one-time secret of the token. No session and no certificate: the
 * secret is all that the caller has, and it has checked this node's certificate before sending it.
 */
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";
import { accept } from "../cluster/invitation.ts";
import { places } from "../cluster/places.ts";
import { Turns } from "../system/turns.ts";
import { joinBody, joinFileBody } from "./account_schemas.ts";
import { soon } from "./soon.ts";
import { gatherWelcome, k3sFileSchema } from "../cluster/welcome.ts";
import { k3sFilePath } from "../k3s/files.ts";
import { forgetCommand } from "../k3s/kubernetes.ts";
import { loadCluster } from "../module/load.ts";
import { readIfPresent } from "../system/files.ts";
import type { Log } from "../system/log.ts";
import type { Paths } from "../system/paths.ts";
import type { Audit } from "./audit.ts";
import { type AuthEnv, originOf } from "./caller.ts";
import { errorBody } from "./error.ts";
import { addressKey, BY_ADDRESS, Throttle } from "./throttle.ts";

/** What the second node has from then on. */
const WELCOME = "the cluster's key, authority, users and module";

/** Names and a secret. */
const BODY_BYTES = 4096;

export interface JoinOptions {
  /** Whoever joins gets the cluster's keys and users: told to both, and so is what was refused. */
  readonly audit: Pick<Audit, "write">;
  readonly log: Pick<Log, "info" | "warning">;
  /** Has K3s forget a node's password; whether it has. */
  readonly forget: (node: string) => Promise<boolean>;
}

/** Mounted before whatever asks for a session. */
export function joinRoutes(paths: Paths, { audit, log, forget }: JoinOptions) {
  const at = places(paths);
  // Nobody guesses 256 bits: this keeps strangers from pushing what matters out of the audit.
  const refused = new Throttle(BY_ADDRESS);
  // Requests take turns: two machines must not both find the invitation unused.
  const turns = new Turns();

  const small = bodyLimit({
    maxSize: BODY_BYTES,
    onError: (c) =>
      c.json(errorBody("too-large", "Expected a short body"), 413),
  });

  /** Why not; null: welcome. */
  async function judge(
    request: z.infer<typeof joinBody>,
  ): Promise<string | null> {
    const { id, cluster } = await loadCluster(at.cluster);
    if (request.cluster !== id) {
      return `the token is of another cluster than "${cluster}"`;
    }
    const verdict = await turns.take(() => accept(at.invitation, request));
    return verdict.kind === "refused" ? verdict.why : null;
  }

  /** The answer to a machine that may not; null: welcome. `detail`: what it asks for. */
  async function refusal(
    c: Context<AuthEnv>,
    request: z.infer<typeof joinBody>,
    detail: string,
  ) {
    const from = originOf(c.env?.connection);
    const place = addressKey(from);
    const waitMs = refused.waitMs(place, Date.now());
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1000);
      const what = `Refused too often: try again in ${seconds} s`;
      return c.json(errorBody("wait", what, AGAIN), 429);
    }
    refused.attempt(place, Date.now());
    const why = await judge(request);
    const entry = {
      who: `machine ${request.machine}`,
      from,
      what: `POST ${c.req.path}`,
    };
    if (why !== null) {
      log.warning(`join refused: ${entry.who} from ${from}: ${why}`);
      audit.write({ ...entry, detail: why, result: "refused", status: 403 });
      return c.json(errorBody("refused", why, NEW_TOKEN), 403);
    }
    refused.succeeded(place);
    log.info(`join: ${entry.who} from ${from} gets ${detail}`);
    audit.write({ ...entry, detail, result: "done", status: 200 });
    return null;
  }

  /**
   * A server that was in the cluster before (taken out by "hakit uninstall --data", or set up anew) has another password by now, and K3s
   * would refuse it for as long as it knows the old one. Not waited for: the answer tells the time, and K3s may be slow.
   */
  async function letIn(node: string): Promise<void> {
    if (await forget(node)) return;
    log.warning(
      `join: K3s does not answer here, and may refuse ${node} under its old name; once it answers, say here: ${
        forgetCommand(node)
      }`,
    );
  }

  return new Hono<AuthEnv>()
    .post("/api/join", small, async (c) => {
      const body = joinBody.safeParse(
        await soon(c.req.json().catch(() => null)),
      );
      if (!body.success) return c.json(NOT_A_REQUEST, 400);
      const no = await refusal(c, body.data, WELCOME);
      if (no) return no;
      c.header("Cache-Control", "no-store");
      const welcome = await gatherWelcome(paths);
      void letIn(welcome.node);
      return c.json(welcome, 200);
    })
    .post("/api/join/file", small, async (c) => {
      const body = joinFileBody.safeParse(
        await soon(c.req.json().catch(() => null)),
      );
      if (!body.success) return c.json(NOT_A_REQUEST, 400);
      const { name, ...request } = body.data;
      const no = await refusal(c, request, `file ${JSON.stringify(name)}`);
      if (no) return no;
      const files = z.array(k3sFileSchema).parse(
        JSON.parse(await readIfPresent(at.k3sFiles) ?? "[]"),
      );
      // Only what is listed: the name never becomes a path by itself.
      const known = files.find((file) => file.name === name);
      if (!known) {
        return c.json(errorBody("not-found", "No such file", AGAIN), 404);
      }
      const file = await Deno.open(k3sFilePath(known.name), { read: true });
      c.header("Content-Length", String((await file.stat()).size));
      return c.body(file.readable, 200);
    });
}

const NOT_A_REQUEST = errorBody(
  "bad-request",
  'Expected {"cluster", "secret", "machine"}',
);
/** For the machine that joins, whose own agent does not run yet. */
const AGAIN = 'Then run "hakit second" again: it goes on where it was';
const NEW_TOKEN =
  'Run "hakit invite" on the node of the cluster that is left, and use its token';
