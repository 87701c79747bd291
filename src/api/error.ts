/** Refusals: HTTP status, a word for programs, a line for people, and what to do about it. One shape everywhere. */
import { z } from "zod";

export const errorSchema = z.strictObject({
  error: z.strictObject({
    code: z.string().regex(/^[a-z][a-z-]{1,39}$/).describe("For programs"),
    message: z.string().describe("What was wrong, one line"),
    remedy: z.string().min(1).describe("What to do, one line"),
  }),
});
export type ErrorBody = z.infer<typeof errorSchema>;

export type ErrorStatus =
  | 400
  | 401
  | 403
  | 404
  | 409
  | 413
  | 429
  | 500
  | 502
  | 503;

export class ApiError extends Error {
  override readonly name = "ApiError";
  /** Where the message does not say it already; else the code's own remedy. */
  readonly remedy: string | undefined;
  constructor(
    readonly status: ErrorStatus,
    readonly code: string,
    message: string,
    { remedy, ...options }: ErrorOptions & { readonly remedy?: string } = {},
  ) {
    super(message, options);
    this.remedy = remedy;
  }
}

/** What helps, code by code. */
const REMEDIES: Readonly<{ [code: string]: string }> = {
  "login-required":
    'Log in, or send "Authorization: Bearer KEY" with a key of "hakit key create"',
  "wrong-login":
    'Try again, or let an administrator say "hakit user password NAME"',
  wait: "Wait as long as Retry-After says, then try again",
  forbidden: "Ask somebody with that role, or an administrator for it",
  csrf: "Reload the page and try again",
  "bad-request":
    "Correct what the message names; /api/openapi.json says what programs may send",
  "too-large": "Send less",
  "not-found": "See /api/openapi.json for what there is",
  "no-such-module": 'See "hakit module list"',
  "no-such-node": 'See "hakit state" for the names of the nodes',
  "no-such-log": 'See "hakit log MODULE --scripts"',
  "no-such-user": 'See "hakit user list"',
  "no-such-key": 'See "hakit key list"',
  "bad-user": "Correct what the message names",
  "bad-oidc": 'See "hakit help oidc"',
  "bad-certificate": "Give a PEM certificate and its own PEM private key",
  "bad-archive": "Make the archive with tar --format=ustar, of plain files",
  "bad-executable": "Give the executable hakit that was built for this machine",
  "bad-module": "Correct module.yaml where the message says",
  "bad-cluster": "Correct cluster.yaml where the message says",
  "module-runs": "Do what the message says, then try again",
  "peer-away":
    'See whether that server comes back soon; "hakit module config --alone" changes this node now and the other one when it answers',
  "changed-meanwhile": "Load it again, and make the change anew",
  "no-such-revision": 'See "hakit module history NAME"',
  "nothing-staged": 'Send them first: "hakit k3s upgrade DIR|VERSION"',
  busy: "Try again in a few seconds",
  "peer-not-reachable":
    "See whether that server is on, hakit runs there, and the network between holds",
  "peer-failed": "See the other node's agent.log",
  refused: 'See "hakit state" for what is possible now',
  starting: "Try again in a few seconds",
  removed: 'See "hakit module list"',
  timeout: 'See "hakit state" and the module\'s log',
  "too-many-readers": "Close an event stream, then try again",
};
const SEE_LOG = "See the module's log and agent.log";

/** The body of every refusal. */
export function errorBody(
  code: string,
  message: string,
  remedy: string = REMEDIES[code] ?? SEE_LOG,
): ErrorBody {
  return { error: { code, message, remedy } };
}
