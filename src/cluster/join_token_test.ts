import assert from "node:assert/strict";
import { decodeToken, encodeToken, type JoinToken } from "./join_token.ts";

const token: JoinToken = {
  v: 1,
  cluster: "k3s",
  id: "0".repeat(32),
  addresses: ["10.0.0.1", "fd00::1"],
  port: 9010,
  fingerprint: "ab".repeat(32),
  secret: "A".repeat(43),
};

Deno.test("decodeToken() reads what encodeToken() wrote, with blanks around", () => {
  assert.deepEqual(decodeToken(` ${encodeToken(token)}\n`), { token });
});

Deno.test.each([
  ["nothing", "", "does not begin"],
  ["another program's", "K10abc::server:x", "does not begin"],
  ["cut", encodeToken(token).slice(0, -20), "missing"],
  ["broken by a line", encodeToken(token).replace(/(.{80})/, "$1\n"), "line"],
  [
    "of a later version",
    encodeToken({ ...token, v: 2 } as unknown as JoinToken),
    "another version",
  ],
  ["endless", "hakit1." + "A".repeat(100_000), "too long"],
])("decodeToken() refuses a token that is %s", (_name, text, why) => {
  const result = decodeToken(text);
  assert("problem" in result);
  assert.match(result.problem, new RegExp(why));
});
