/** What helps against a refusal, code by code; what the refusal itself says better stands there. Pure. */

export const REMEDIES = {
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
  "restart-pending":
    'Say "hakit upgrade --restart", or "hakit upgrade --restart --this-node" while the other node is away; then try again',
  "module-runs": "Do what the message says, then try again",
  "peer-away":
    "See whether that server comes back soon; the same command with --alone changes this node now and the other one when it answers",
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
  "no-such-copy": 'See "hakit copy list"',
  "no-such-salvage": 'See "hakit salvage list" on that node',
  "salvage-in-use": "Try again when that has ended",
  "too-many-readers": "Close an event stream, then try again",
  /** Of all others. */
  other: "See the module's log and agent.log",
} as const;

export function remedyOf(code: string): string {
  return Object.hasOwn(REMEDIES, code)
    ? REMEDIES[code as keyof typeof REMEDIES]
    : REMEDIES.other;
}
