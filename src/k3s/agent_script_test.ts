import assert from "node:assert/strict";
import { join } from "node:path";
import { keptText, readKept } from "../cluster/kept.ts";
import { settingsSchema } from "../cluster/settings.ts";
import { agentScript } from "./agent_script.ts";
import { agentsWith, readAgents, writeAgents } from "./agents.ts";

function kept(more: { [name: string]: unknown } = {}) {
  const settings = settingsSchema.parse({
    node1: "10.0.0.1",
    node2: "10.0.0.2",
    vip: "10.0.0.100/24",
    ...more,
  });
  return readKept(keptText({ ...settings, name1: "node1" }), "k3s.yaml");
}
const SECRET = { token: "token-token-token", sha256: "0".repeat(64) };

Deno.test("agentScript() is a script that sh takes, speaks to the virtual address, and puts the token into no command line", async () => {
  const script = agentScript({ kept: kept(), address: "10.0.0.7", ...SECRET });
  const sh = new Deno.Command("sh", { args: ["-n"], stdin: "piped" }).spawn();
  const writer = sh.stdin.getWriter();
  await writer.write(new TextEncoder().encode(script));
  await writer.close();
  assert((await sh.status).success);
  assert.match(script, /^server: https:\/\/10\.0\.0\.100:6443$/m);
  assert.match(script, /^node-ip: 10\.0\.0\.7$/m);
  assert.match(
    script,
    /^cat >\S+\/agent\/etc\/kubelet\.conf\.d\/\S+\.conf <<'EOF'\n(.*\n)*failCgroupV1: false\nEOF$/m,
  );
  // A machine on which K3s has never run has no such folder, and scp makes none above the one it copies.
  assert.match(
    script,
    /mkdir -p (\/var\/lib\/rancher\/k3s\/agent) && scp -r USER@10\.0\.0\.1:\S+\/images \1\//,
  );
  // One that runs K3s already cannot write over it.
  assert.equal(
    script.match(/scp USER@10\.0\.0\.1:(\S+) \1\.new && mv \1\.new \1/g)
      ?.length,
    2,
  );
  const unit = script.slice(script.indexOf("[Unit]"));
  assert(!unit.includes(SECRET.token));
  assert(!script.includes("PROXY"));
  const proxied = agentScript({
    kept: kept({ proxy: "http://proxy:3128" }),
    address: "10.0.0.7",
    ...SECRET,
  });
  assert.match(proxied, /^NO_PROXY=".*10\.0\.0\.100\/24/m);
  const six = kept({
    ...{ node1: "fd00::1", node2: "fd00::2", vip: "fd00::9/64" },
    ...{ pods: "fd00:42::/56", services: "fd00:43::/112" },
  });
  const script6 = agentScript({ kept: six, address: "fd00::7", ...SECRET });
  assert.match(script6, /https:\/\/\[fd00::9\]:6443/);
  assert.match(script6, /scp USER@\[fd00::1\]:\//);
});

Deno.test("agentScript() refuses on a machine without the address, and changes nothing there", async () => {
  // An address of the documentation's network: nobody's.
  const script = agentScript({
    kept: kept(),
    address: "203.0.113.77",
    ...SECRET,
  });
  const ran = await new Deno.Command("sh", { args: ["-c", script] }).output();
  assert.equal(ran.code, 1);
  assert.match(
    new TextDecoder().decode(ran.stderr),
    /^Cannot join: (203\.0\.113\.77 is no address|run it as root)/,
  );
});

Deno.test("readAgents() takes addresses only, whatever is in the file", async () => {
  const storage = await Deno.makeTempDir();
  try {
    assert.deepEqual(await readAgents(storage), []);
    await writeAgents(storage, ["10.0.0.7", "fd00::7"]);
    assert.deepEqual(await readAgents(storage), ["10.0.0.7", "fd00::7"]);
    await Deno.writeTextFile(
      join(storage, "agents"),
      "10.0.0.8\n; rm -rf /\n*\n10.0.0.0/8\n",
    );
    assert.deepEqual(await readAgents(storage), ["10.0.0.8"]);
  } finally {
    await Deno.remove(storage, { recursive: true });
  }
});

Deno.test("agentsWith() adds a machine once and takes it away, however its address is written", () => {
  const agents = ["10.0.0.7", "FD00:0::7"];
  const add = { remove: false };
  assert.deepEqual(agentsWith("fd00::7", agents, add), ["10.0.0.7", "fd00::7"]);
  assert.deepEqual(agentsWith("10.0.0.8", agents, add), [
    ...agents,
    "10.0.0.8",
  ]);
  const remove = { remove: true };
  assert.deepEqual(agentsWith("fd00::0007", agents, remove), ["10.0.0.7"]);
  assert.deepEqual(agentsWith("10.0.0.9", agents, remove), agents);
});
