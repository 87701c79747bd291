/**
 * How long clients are without the virtual address when the primary loses its power: hakit and keepalived, each at its default and
 * tuned, in turn on this one machine.
 *
 *   deno run -A tests/bench/failover.ts [--rounds N]
 *
 * keepalived moves an address and nothing else; hakit's address comes after the decision about the data, and its service after it.
 */
import { parseArgs } from "node:util";
import { parseDocument } from "yaml";
import type { KillResult } from "../../src/lab/drill.ts";
import { HAKIT, hakit } from "../e2e/lab.ts";
import { lacking, run, shell } from "../e2e/replicator/shell.ts";
import { median } from "./report.ts";

const LAB = "bench";
const CLUSTER_FILES = [1, 2].map((node) =>
  `/var/lib/hakit-${LAB}/node${node}/etc/cluster.yaml`
);
const VIRTUAL_ADDRESS = "10.75.1.100";
const LIMIT_MS = 30_000;

interface Profile {
  readonly name: string;
  /** Ready for another round when it returns. */
  readonly prepare: () => Promise<void>;
  /** Milliseconds from the power cut until the address answered a client. */
  readonly round: () => Promise<number>;
}

const PROFILES: readonly Profile[] = [
  { name: "hakit, as it comes (300 ms, lost after 2.1 s)", ...ofHakit(null) },
  {
    name: "hakit, 100 ms, lost after 500 ms",
    ...ofHakit({ period: "100ms", timeout: "500ms" }),
  },
  {
    name: "keepalived, as it comes (advert_int 1)",
    ...ofKeepalived("1"),
  },
  { name: "keepalived, advert_int 0.1", ...ofKeepalived("0.1") },
];

function ofHakit(heartbeat: Record<string, string> | null) {
  return {
    async prepare() {
      await inLab("up", "--module", "counter", "--quiet");
      for (const node of ["1", "2"]) await inLab("stop", node);
      for (const path of CLUSTER_FILES) {
        const document = parseDocument(await Deno.readTextFile(path));
        if (heartbeat) document.set("heartbeat", heartbeat);
        else document.delete("heartbeat");
        await Deno.writeTextFile(path, String(document));
      }
      await inLab("up", "--quiet");
    },
    async round() {
      const { addressMs, lost } = JSON.parse(
        await inLab("drill", "--json"),
      ) as KillResult;
      if (lost > 0) throw new Error(`${lost} acknowledged rows are lost`);
      if (addressMs === null) throw new Error("the address did not come back");
      return addressMs;
    },
  };
}

async function inLab(...args: string[]): Promise<string> {
  const { code, out, err } = await hakit(["lab", ...args], {
    env: { HAKIT_LAB: LAB },
  });
  if (code !== 0) throw new Error(`hakit lab ${args.join(" ")}: ${err}${out}`);
  return out;
}

/** Two namespaces and a client's, which holds the switch. */
class Pair {
  readonly #client = `hakit-ka${Deno.pid}c`;
  readonly #folder = Deno.makeTempDirSync({ prefix: "hakit-keepalived-" });
  readonly #running = new Map<1 | 2, Deno.ChildProcess>();

  async build(): Promise<void> {
    await shell(`
      ip netns add ${this.#client}
      ip -n ${this.#client} link set lo up
      ip -n ${this.#client} link add switch type bridge
      ip -n ${this.#client} addr add 10.75.1.254/24 dev switch
      ip -n ${this.#client} link set switch up`);
    for (const node of [1, 2] as const) {
      const name = this.#node(node);
      await shell(`
        ip netns add ${name}
        ip -n ${name} link set lo up
        ip -n ${this.#client} link add node${node} type veth peer name eth0 netns ${name}
        ip -n ${this.#client} link set node${node} master switch up
        ip -n ${name} addr add 10.75.1.${node}/24 dev eth0
        ip -n ${name} link set eth0 up`);
    }
  }

  #node(node: 1 | 2): string {
    return `hakit-ka${Deno.pid}n${node}`;
  }

  async switchOn(node: 1 | 2, advertInterval: string): Promise<void> {
    const path = `${this.#folder}/${node}`;
    await Deno.writeTextFile(
      `${path}.conf`,
      // Version 3 knows tenths of a second.
      `global_defs {
  vrrp_version 3
}
vrrp_instance one {
  state BACKUP
  nopreempt
  interface eth0
  virtual_router_id 51
  priority ${100 + node}
  advert_int ${advertInterval}
  virtual_ipaddress { ${VIRTUAL_ADDRESS}/32 }
}
`,
    );
    await shell(
      `ip -n ${this.#client} link set node${node} up
       ip -n ${this.#node(node)} addr flush to ${VIRTUAL_ADDRESS}/32`,
    );
    const child = new Deno.Command("ip", {
      args: [
        ...["netns", "exec", this.#node(node), "keepalived"],
        ...["--dont-fork", "--vrrp", "--use-file", `${path}.conf`],
        ...["--pid", `${path}.pid`, "--vrrp_pid", `${path}.vrrp.pid`],
      ],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    this.#running.set(node, child);
  }

  /** Whole and at once: what it was does not say goodbye. */
  async switchOff(node: 1 | 2): Promise<void> {
    const child = this.#running.get(node);
    this.#running.delete(node);
    await run("ip", ["-n", this.#client, "link", "set", `node${node}`, "down"]);
    await shell(
      `ip netns pids ${this.#node(node)} | xargs -r kill -9`,
      { allowFailure: true },
    );
    await child?.status;
  }

  async holder(): Promise<1 | 2 | null> {
    for (const node of [1, 2] as const) {
      if (!this.#running.has(node)) continue;
      const { stdout } = await run("ip", [
        ...["-n", this.#node(node), "-o", "addr", "show", "to"],
        `${VIRTUAL_ADDRESS}/32`,
      ]);
      if (stdout.trim()) return node;
    }
    return null;
  }

  /** Since now, until the address answers the client. */
  async answers(): Promise<number> {
    const since = performance.now();
    while (performance.now() - since < LIMIT_MS) {
      const { code } = await run("ip", [
        ...["netns", "exec", this.#client, "ping", "-n", "-q"],
        ...["-c", "1", "-W", "0.1", VIRTUAL_ADDRESS],
      ], { allowFailure: true });
      if (code === 0) return performance.now() - since;
    }
    throw new Error(`${VIRTUAL_ADDRESS} does not answer`);
  }

  async remove(): Promise<void> {
    for (const node of [1, 2] as const) {
      await this.switchOff(node);
      await run("ip", ["netns", "delete", this.#node(node)]);
    }
    await run("ip", ["netns", "delete", this.#client]);
    await Deno.remove(this.#folder, { recursive: true });
  }
}

const pair = new Pair();

function ofKeepalived(advertInterval: string) {
  return {
    async prepare() {
      for (const node of [1, 2] as const) {
        await pair.switchOff(node);
        await pair.switchOn(node, advertInterval);
      }
      await pair.answers();
    },
    async round() {
      const primary = await pair.holder();
      if (primary === null) throw new Error("no node has the address");
      // Between two adverts, not always at the same moment of one.
      await new Promise((done) => setTimeout(done, 300 + Math.random() * 2200));
      const cut = performance.now();
      await pair.switchOff(primary);
      await pair.answers();
      const took = performance.now() - cut;
      await pair.switchOn(primary, advertInterval);
      await new Promise((done) => setTimeout(done, 5000));
      return took;
    },
  };
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    args: Deno.args,
    options: { rounds: { type: "string", default: "5" } },
  });
  const rounds = Number(values.rounds);
  if (!(rounds >= 1)) {
    say(`--rounds "${values.rounds}": expected a number above 0`);
    return 2;
  }
  const obstacle = await Deno.stat(HAKIT).then(
    () => null,
    () => "dist/hakit is missing: deno task build",
  ) ??
    lacking("ip", "ping", "keepalived");
  if (obstacle) {
    say(`Cannot measure: ${obstacle}`);
    return 1;
  }
  await pair.build();
  try {
    say(`| virtual address answers after a power cut, ms | median | worst |`);
    say(`| --- | --- | --- |`);
    for (const { name, prepare, round } of PROFILES) {
      await prepare();
      const times: number[] = [];
      for (let i = 0; i < rounds; i++) times.push(await round());
      say(
        `| ${name} | ${median(times).toFixed(0)} | ${
          Math.max(...times).toFixed(0)
        } |`,
      );
    }
    return 0;
  } finally {
    await inLab("down");
    await pair.remove();
  }
}

function say(text: string): void {
  // deno-lint-ignore no-console -- the table is what this program is for
  console.log(text);
}

if (import.meta.main) Deno.exit(await main());
