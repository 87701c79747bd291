import assert from "node:assert/strict";
import { join } from "node:path";
import { DRAIN_UNIT, drainOf, renewDrainUnit, shutdown } from "./shutdown.ts";
import { type Places, places } from "../cluster/places.ts";
import type { TextFile } from "./services.ts";
import { K3S_DESCRIPTION } from "./texts.ts";
import { areNoted, noteWritten } from "./written.ts";
import type { AgentApi } from "../cli/agent_api.ts";
import type { World } from "./node_work.ts";

Deno.test("drainOf() takes a shutdown for a stop, and DRAIN_SECONDS as the module's scripts do", () => {
  assert.deepEqual(drainOf({}), { seconds: 60 });
  assert.deepEqual(drainOf({ DRAIN: "stop swap", DRAIN_SECONDS: "90s" }), {
    seconds: 90,
  });
  assert.deepEqual(drainOf({ DRAIN_SECONDS: "090" }), { seconds: 90 });
  assert.deepEqual(drainOf({ DRAIN_SECONDS: "1 minute" }), { seconds: 60 });
  assert.deepEqual(drainOf({ DRAIN_SECONDS: "9999" }), { seconds: 150 });
  assert.deepEqual(drainOf({ DRAIN: "swap" }), { reason: 'DRAIN is "swap"' });
});

Deno.test("hakit-drain.service stops before what pods need, and never later than its limit", () => {
  const { text } = DRAIN_UNIT;
  const after = /^After=(.*)$/m.exec(text)![1]!.split(" ");
  for (const unit of ["hakit", "k3s", "mariadb", "nfs-server"]) {
    assert(after.includes(`${unit}.service`), unit);
  }
  const limit = Number(/^TimeoutStopSec=(\d+)$/m.exec(text)![1]);
  assert(limit > 150 && limit <= 240, String(limit));
});

/** A server with hakit's K3s whose systemctl says what it was told and ends with what `fails` holds. */
async function onServer(
  work: (server: {
    readonly at: Places;
    readonly drain: TextFile;
    renew(): Promise<boolean>;
    told(): Promise<string>;
    readonly fails: string;
  }) => Promise<void>,
) {
  const home = await Deno.makeTempDir();
  const before = Deno.env.get("PATH")!;
  const inside = (name: string) => join(home, name);
  try {
    await Deno.writeTextFile(
      inside("systemctl"),
      `#!/bin/sh\necho "$1" >>${inside("told")}\n! [ -e ${inside("fails")} ]\n`,
      { mode: 0o755 },
    );
    Deno.env.set("PATH", `${home}:${before}`);
    await Deno.mkdir(inside("etc"));
    const at = places({
      ...{ etc: inside("etc"), state: home, run: home, log: home },
    });
    const drain = { ...DRAIN_UNIT, path: inside("hakit-drain.service") };
    const renew = () =>
      renewDrainUnit(at, { drain, k3s: inside("k3s.service") });
    assert.equal(await renew(), false);
    await Deno.writeTextFile(inside("k3s.service"), K3S_DESCRIPTION);
    await work({
      ...{ at, drain, renew, fails: inside("fails") },
      async told() {
        const text = await Deno.readTextFile(inside("told")).catch(() => "");
        await Deno.writeTextFile(inside("told"), "");
        return text.trim().replaceAll("\n", " ");
      },
    });
  } finally {
    Deno.env.set("PATH", before);
    await Deno.remove(home, { recursive: true });
  }
}

Deno.test("renewDrainUnit() goes on where a power cut left the file without its place in boot", async () => {
  // Of a set-up, which has noted other files by then.
  await onServer(async ({ at, drain, renew, told }) => {
    await Deno.writeTextFile(drain.path, drain.text);
    await noteWritten(at, [{ path: "/other", text: "other" }]);
    assert.equal(await renew(), true);
    assert.equal(await told(), "daemon-reload enable start");
    assert.equal(await renew(), false);
    assert.equal(await told(), "");
  });
  // Of an upgrade from a hakit without this unit.
  await onServer(async ({ drain, renew, told, fails }) => {
    await Deno.writeTextFile(fails, "");
    await assert.rejects(renew());
    assert.equal(await Deno.readTextFile(drain.path), drain.text);
    await Deno.remove(fails);
    assert.equal(await told(), "daemon-reload");
    assert.equal(await renew(), true);
    assert.equal(await told(), "daemon-reload enable start");
  });
});

Deno.test("renewDrainUnit() leaves the unit as a person has it where the hakit before kept no record", async () => {
  await onServer(async ({ at, drain, renew, told }) => {
    await Deno.writeTextFile(drain.path, drain.text);
    assert.equal(await renew(), false);
    assert.equal(await told(), "");
    assert(await areNoted(at, [drain]));
    assert.equal(await renew(), false);
  });
});

const BOTH = ["node1", "node2"].map((name) => ({
  metadata: { name },
  status: { conditions: [{ type: "Ready", status: "True" }] },
}));

/** What is told to Kubernetes, and said, on a server whose systemd answers so. */
async function does(
  { system, k3s = "active", variables = {}, hangs = false, pair = "STOP" }: {
    readonly system: string;
    /** Roles of this node and of the other; a word behind: what the agent does with a swap. */
    readonly pair?: string;
    readonly k3s?: string;
    readonly variables?: { readonly [name: string]: string };
    readonly hangs?: boolean;
  },
) {
  const folder = await Deno.makeTempDir();
  const before = Deno.env.get("PATH")!;
  const told: string[] = [];
  const said: string[] = [];
  const ended: number[] = [];
  let end = () => {};
  const world = {
    clock: { now: () => 0 },
    kubectl(args: readonly string[]) {
      if (args[0] === "get") {
        const stdout = JSON.stringify({ items: BOTH });
        return Promise.resolve({ code: 0, stdout, stderr: "" });
      }
      told.push(args.slice(0, 2).join(" "));
      const done = { code: 0, stdout: "", stderr: "" };
      if (!hangs) return Promise.resolve(done);
      return new Promise((resolve) => end = () => resolve(done));
    },
  } as unknown as World;
  try {
    await Deno.writeTextFile(
      join(folder, "systemctl"),
      `#!/bin/sh
case "$*" in
  is-system-running) echo ${system} ;;
  "is-active k3s") echo ${k3s} ;;
  kill*) echo "$*" >>${folder}/kills ;;
esac
`,
      { mode: 0o755 },
    );
    Deno.env.set("PATH", `${folder}:${before}`);
    const [here, there, answer] = pair.split(" ");
    const failover = answer !== "stops";
    const node = (local: boolean, role = "STOP") => ({
      local,
      reachable: true,
      modules: [{
        name: "k3s",
        role,
        status: "Ready",
        upToDate: true,
        failover,
      }],
    });
    const api = {
      state: () =>
        answer === "mute"
          ? Promise.reject(new Error("no agent"))
          : Promise.resolve({ nodes: [node(true, here), node(false, there)] }),
      role({ command }: { command: string }) {
        told.push(command);
        if (answer === "refuses") return Promise.reject(new Error("not now"));
        return answer === "hangs"
          ? new Promise<void>((resolve) => end = resolve)
          : Promise.resolve();
      },
    } as unknown as AgentApi;
    await shutdown(
      {
        ...{ api, module: "k3s", self: "node1", world },
        say: (text) => said.push(text),
      },
      variables,
      {
        endPods(seconds) {
          ended.push(seconds);
          return Promise.reject(new Error("they hang"));
        },
        ...{ swapMs: 50, ...hangs ? { spareMs: 50 } : {} },
      },
    );
    const kills = await Deno.readTextFile(join(folder, "kills"))
      .then((text) => text.trim().split("\n"), () => []);
    // Whatever becomes of them, the shutdown goes on.
    const hang = "Pods do not end: they hang";
    assert.equal(said.includes(hang), ended.length > 0);
    return {
      ...{ told: [...told], kills, ended },
      said: said.filter((text) => text !== hang),
    };
  } finally {
    end();
    Deno.env.set("PATH", before);
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("shutdown() asks pods to leave when the server stops, and only then", async () => {
  assert.deepEqual(
    (await does({ system: "stopping" })).told,
    ["annotate node", "cordon node1", "drain node1"],
  );
  for (
    const [world, reason] of [
      [{ system: "running" }, /does not shut down/],
      [{ system: "degraded" }, /does not shut down/],
      [{ system: "stopping", k3s: "inactive" }, /K3s does not run/],
      [{ system: "stopping", variables: { DRAIN: "" } }, /DRAIN is ""/],
      [
        { system: "stopping", variables: { DRAIN_SECONDS: "0" } },
        /DRAIN_SECONDS is 0/,
      ],
    ] as const
  ) {
    const { told, said } = await does(world);
    assert.deepEqual(told, []);
    assert.match(said.join(), reason);
  }
});

Deno.test("shutdown() has the agent take nothing over any more, before pods are asked", async () => {
  const tells = ["kill --kill-who=main --signal=SIGUSR2 hakit"];
  const { kills } = await does({ system: "stopping", pair: "SECOND PRIM" });
  assert.deepEqual(kills, tells);
  assert.deepEqual((await does({ system: "running" })).kills, []);
});

Deno.test("shutdown() ends pods that stayed while their volumes still answer, in the time that they have not had", async () => {
  const ends = async (
    k3s: string,
    variables: { readonly [name: string]: string },
  ) =>
    (await does({ system: "stopping", pair: "ALONE STOP", k3s, variables }))
      .ended;
  assert.deepEqual(await ends("active", { DRAIN_SECONDS: "90" }), [90]);
  assert.deepEqual(await ends("inactive", { DRAIN_SECONDS: "0" }), [10]);
  assert.deepEqual(await ends("active", { DRAIN: "" }), [10]);
  assert.deepEqual((await does({ system: "running" })).ended, []);
});

Deno.test("shutdown() ends in time though Kubernetes hangs", async () => {
  const { told, said } = await does({
    system: "stopping",
    hangs: true,
    variables: { DRAIN_SECONDS: "1" },
  });
  assert.deepEqual(told, ["annotate node"]);
  assert.match(said.join(), /goes on without/);
});

Deno.test("shutdown() of a primary has the secondary take over when pods have left, and waits for no swap for ever", async () => {
  const stopping = { system: "stopping" };
  const drained = ["annotate node", "cordon node1", "drain node1"];
  const doesWith = async (pair: string) => await does({ ...stopping, pair });
  assert.deepEqual((await doesWith("PRIM SECOND")).told, [...drained, "swap"]);
  for (const pair of ["SECOND PRIM", "ALONE STOP", "PRIM WAIT", "x x mute"]) {
    assert.deepEqual((await doesWith(pair)).told, drained);
  }
  assert.equal(
    (await doesWith("PRIM SECOND refuses")).said.at(-1),
    "No swap: not now",
  );
  assert.equal(
    (await doesWith("PRIM SECOND hangs")).said.at(-1),
    "The swap goes on for too long",
  );
  const both = await doesWith("PRIM SECOND stops");
  assert.deepEqual(both.told, drained);
  assert.match(both.said.at(-1)!, /No swap: .* or shuts down, too/);
  // A restart of the unit is no shutdown, and pods that stay are no reason to keep the data here.
  assert.deepEqual(
    (await does({ system: "running", pair: "PRIM SECOND" })).told,
    [],
  );
  assert.deepEqual(
    (await does({
      ...stopping,
      pair: "PRIM SECOND",
      variables: { DRAIN: "" },
    })).told,
    ["swap"],
  );
});
