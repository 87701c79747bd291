/**
 * The stories on two emulated servers: install, failover, links, power, copies, nfs, pods, drill, replace, uninstall.
 *
 *   tests/servers/run                   all; bullseye, packages from a folder
 *   tests/servers/run failover links    these, on the servers as `install` left them
 *   tests/servers/run install bundle    installed from one bundle and nothing else; bookworm (this machine's own packages)
 *   tests/servers/run kernel            the file system's own tests on the suite's kernel, without a cluster; more than an hour
 *
 * HAKIT_ROUNDS: power cuts of failover and nfs (default 2). HAKIT_SEED: moments of the cuts. HAKIT_SERVERS_PATIENCE: stretches all limits.
 * HAKIT_SERVERS_SUITE, HAKIT_SERVERS_IMAGE and others: see `vm`.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { makeBundle } from "./bundle.ts";
import { pair } from "./cluster.ts";
import { copiesAreIdentical } from "./copies.ts";
import { drill } from "./drill.ts";
import { keepEvidence } from "./evidence.ts";
import { failover } from "./failover.ts";
import { kernel } from "./kernel.ts";
import { install, putExecutable } from "./install.ts";
import { on, type Server, SERVERS, vm } from "./lab.ts";
import { links } from "./links.ts";
import { nfs } from "./nfs.ts";
import { pods } from "./pods.ts";
import { bothKilled, shutDown } from "./power.ts";
import { Proof } from "./proof.ts";
import { replace } from "./replace.ts";
import { broken, CheckFailed, close, note } from "./report.ts";
import { uninstall } from "./uninstall.ts";

const root = join(import.meta.dirname!, "..", "..");
const folder = Deno.env.get("HAKIT_SERVERS_DIR") ?? "/var/tmp/hakit-servers";
const places = {
  executable: join(root, "dist", "hakit"),
  /** With the stand-in `k3s` inside, as `hakit first --k3s` takes it. */
  k3s: join(folder, "k3s"),
};
const rounds = Number(Deno.env.get("HAKIT_ROUNDS") ?? "2");
const seed = Number(
  Deno.env.get("HAKIT_SEED") ?? crypto.getRandomValues(new Uint16Array(1))[0],
);

/** Each takes who is primary and returns who is at its end. */
type Story = (proof: Proof, primary: Server) => Promise<Server>;
const STORIES: { readonly [name: string]: Story } = {
  failover: (proof, primary) =>
    failover(proof, { primary, rounds, random: random(seed) }),
  links,
  power: async (proof, primary) => {
    let now = await bothKilled(proof, primary, "primary");
    now = await bothKilled(proof, now, "second");
    return await shutDown(proof, now, () => Promise.resolve());
  },
  copies: async (_proof, primary) => {
    await copiesAreIdentical(primary);
    return primary;
  },
  nfs: (_proof, primary) => nfs(primary, rounds),
  pods: (_proof, primary) => pods(folder, places.executable, primary),
  drill: (_proof, primary) => drill(primary),
  replace: (proof, primary) => replace(proof, primary, places.executable),
  uninstall,
};
const SAVED = `installed-${Deno.env.get("HAKIT_SERVERS_SUITE") ?? "bullseye"}`;

async function main(words: readonly string[]): Promise<number> {
  const names = ["kernel", "install", "bundle", ...Object.keys(STORIES)];
  const stranger = words.find((word) => !names.includes(word));
  if (stranger !== undefined || !(rounds >= 1)) {
    broken("usage", `"${stranger ?? rounds}": expected ${names.join(", ")}`);
    return close();
  }
  const wanted = words.length > 0
    ? words
    : names.filter((name) => name !== "kernel" && name !== "bundle");
  note(`seed ${seed}, ${rounds} rounds: ${wanted.join(", ")}`);
  const proof = new Proof(folder);
  try {
    let primary: Server | null = 1;
    await vm(["build"], { seconds: 1200 });
    if (wanted.includes("kernel")) {
      await vm(["wipe"]);
      await vm(["up", "1"], { seconds: 400 });
      await told("kernel", () => kernel(root, folder, 1));
      if (wanted.length === 1) return close();
    }
    if (wanted.includes("install")) {
      await standIn();
      await vm(["wipe"]);
      await vm(["up"], { seconds: 400 });
      const bundle = wanted.includes("bundle")
        ? await makeBundle(folder, places)
        : null;
      const done = await told("install", () => install({ ...places, bundle }));
      if (!done) return close();
      await told("power", () => shutDown(proof, 1, () => save()));
    } else {
      await vm(["down"]);
      await vm(["load", SAVED]);
      await vm(["up"], { seconds: 400 });
      await standIn();
      await newExecutables();
    }
    for (const name of wanted) {
      if (!(name in STORIES)) continue;
      primary = await settled();
      if (primary === null) break;
      const from = primary;
      note(`story ${name}, server ${from} is primary`);
      await told(name, () => STORIES[name]!(proof, from));
      await proof.stop();
    }
  } catch (error) {
    broken("the runner", error);
  } finally {
    await proof.stop().catch(() => {});
    await vm(["down"]).catch((error) => broken("ending the servers", error));
  }
  return close();
}

/** Runs a story; a failure is told, with the servers' logs kept, and the next story goes on. */
async function told(
  name: string,
  story: () => Promise<unknown>,
): Promise<boolean> {
  try {
    await story();
    return true;
  } catch (error) {
    if (!(error instanceof CheckFailed)) broken(name, error);
    note(`      logs: ${await keepEvidence(folder, name)}`);
    return false;
  }
}

/** Whatever the last story left: cables in, both on, PRIM and SECOND. Null when the cluster cannot get there. */
async function settled(): Promise<Server | null> {
  try {
    for (const server of SERVERS) {
      await vm(["thaw", String(server)], { anyCode: true });
    }
    await vm(["up"], { seconds: 400 });
    for (const server of SERVERS) {
      for (const link of ["0", "1"]) await vm(["heal", String(server), link]);
    }
    return await pair(300);
  } catch (error) {
    broken("the cluster does not settle, the rest is left out", error);
    note(`      logs: ${await keepEvidence(folder, "settle")}`);
    return null;
  }
}

async function standIn(): Promise<void> {
  const { success } = await new Deno.Command(
    join(root, "tests", "k3s", "build"),
    { args: [places.k3s], stdin: "null", stdout: "null" },
  ).output().then(({ success, stderr }) => {
    if (!success) Deno.stderr.writeSync(stderr);
    return { success };
  });
  if (!success) throw new Error("tests/k3s/build failed");
}

/** For the stories alone: servers as `install` left them. */
async function save(): Promise<void> {
  await vm(["save", SAVED], { seconds: 120 });
}

/** The saved servers may hold an earlier build. */
async function newExecutables(): Promise<void> {
  const digest = createHash("sha256")
    .update(await Deno.readFile(places.executable)).digest("hex");
  const held = await Promise.all(
    SERVERS.map((server) => on(server, "sha256sum /usr/local/bin/hakit")),
  );
  if (held.every(({ stdout }) => stdout.startsWith(digest))) return;
  for (const server of SERVERS) {
    await putExecutable(server, places.executable);
    await vm(["put", String(server), join(places.k3s, "k3s"), "/root/new"]);
    await on(server, "mv -f /root/new/k3s /usr/local/bin/k3s");
  }
  for (const server of SERVERS) {
    await vm(["stop", String(server)], { seconds: 200 });
  }
  await vm(["up"], { seconds: 400 });
}

/** Mulberry32: the same seed, the same moments. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

if (import.meta.main) Deno.exit(await main(Deno.args));
