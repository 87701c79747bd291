import assert from "node:assert/strict";
import { join } from "node:path";
import type { AgentApi } from "./agent_api.ts";
import type { Ask } from "./ask.ts";
import { downloadSettings, k3sCommand } from "./k3s.ts";
import { parse } from "./parse.ts";

Deno.test("k3s upgrade goes through the proxy that first was told, unless it is told another one", async () => {
  const home = await Deno.makeTempDir();
  const command = k3sCommand({} as Ask, () => ({} as AgentApi));
  const settings = async (...words: readonly string[]) =>
    await downloadSettings(
      parse(command, ["upgrade", "v1.33.5+k3s1", ...words]),
    );
  Deno.env.set("HAKIT_HOME", home);
  try {
    assert.deepEqual(await settings(), {});
    await Deno.mkdir(join(home, "etc"), { recursive: true });
    await Deno.writeTextFile(
      join(home, "etc", "k3s.yaml"),
      "name1: node1\nnode1: 10.0.0.1\nnode2: 10.0.0.2\nvip: 10.0.0.9/24\nproxy: http://kept:3128\n",
    );
    assert.deepEqual(await settings(), { proxy: "http://kept:3128" });
    Deno.env.set("HAKIT_PROXY", "http://environment:3128");
    Deno.env.set("HAKIT_RELEASES", "https://mirror.example/k3s");
    assert.deepEqual(await settings(), {
      proxy: "http://environment:3128",
      releases: "https://mirror.example/k3s",
    });
    const { proxy } = await settings("--proxy", "http://flag:3128");
    assert.equal(proxy, "http://flag:3128");
    await assert.rejects(settings("--proxy", "flag"), /^ConfigError: --proxy/);
  } finally {
    for (const name of ["HAKIT_HOME", "HAKIT_PROXY", "HAKIT_RELEASES"]) {
      Deno.env.delete(name);
    }
    await Deno.remove(home, { recursive: true });
  }
});
