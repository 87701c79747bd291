import { match, strictEqual } from "node:assert/strict";
import { PEER_CLOSED } from "./channel.ts";
import { explain } from "./tls_reasons.ts";

const failure = (reason: number) => ({ reason, text: "library's words" });

Deno.test("explain() says what a broken record is, whoever noticed it", () => {
  const about = { role: null, asked: null };
  match(explain(failure(281), about), /changed, repeated or lost/);
  match(explain(failure(1020), about), /changed, repeated or lost/);
  strictEqual(explain(failure(294), about), PEER_CLOSED);
  strictEqual(explain(failure(999), about), "TLS: library's words");
});

Deno.test("explain() names a stranger by what it calls itself, our peer never", () => {
  const asked = (identity: string, known: boolean) => ({
    role: "server" as const,
    asked: { identity, known },
  });
  match(explain(failure(193), asked("x", false)), /calls itself "x"/);
  match(explain(failure(253), asked("b", true)), /cluster's key/);
  strictEqual(
    explain(failure(193), asked("b", true)),
    "TLS: library's words",
  );
  match(
    explain(failure(193), { role: "server", asked: null }),
    /shows no key of the cluster/,
  );
});

Deno.test("explain() tells the primary why it was refused", () => {
  const client = { role: "client" as const, asked: null };
  match(explain(failure(1047), client), /another cluster key/);
  match(explain(failure(1040), client), /does not expect this node/);
  match(explain(failure(1071), client), /marks the link trusted/);
  match(explain(failure(134), client), /does not know the cluster's key/);
});
