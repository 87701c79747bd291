import {
  deepStrictEqual,
  match,
  rejects,
  strictEqual,
} from "node:assert/strict";
import { ClientError } from "../api/client.ts";
import { unpack } from "../module/archive.ts";
import { wholeArchive } from "./snapshot.ts";

Deno.test("wholeArchive() takes this node's files where no agent answers, and says which of the two it is", async () => {
  const home = await Deno.makeTempDir({ prefix: "hakit-snapshot-" });
  Deno.env.set("HAKIT_HOME", home);
  try {
    for (
      const [code, text] of [
        [
          "agent-not-running",
          /^The agent does not run: this node's files only/,
        ],
        ["no-answer", /^The agent runs and does not answer: this node's files/],
      ] as const
    ) {
      const said: string[] = [];
      const ask = () => Promise.reject(new ClientError(code, "it is silent"));
      const archive = await wholeArchive((line) => said.push(line), ask);
      strictEqual(said.length, 1);
      match(said[0]!, text);
      strictEqual(unpack(archive).length > 0, true);
    }
    const said: string[] = [];
    const ask = () => Promise.reject(new ClientError("forbidden", "only root"));
    await rejects(wholeArchive((line) => said.push(line), ask), /only root/);
    deepStrictEqual(said, []);
  } finally {
    Deno.env.delete("HAKIT_HOME");
    await Deno.remove(home, { recursive: true });
  }
});
