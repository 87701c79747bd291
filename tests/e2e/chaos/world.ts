/** A lab of its own with a witness, and every way to harm it: real processes, real cables, a small disk for each node. */
import { dirname, join } from "node:path";
import type { ClusterState, ModuleState } from "../../../src/api/state.ts";
import { agentClient, answer } from "../../../src/api/client.ts";
import { command } from "../../../src/system/command.ts";
import { now, sleep } from "../../../src/system/clock.ts";
import { paths } from "../../../src/system/paths.ts";
import type { Pause, Seen } from "./history.ts";

export type NodeNumber = 1 | 2;
export type Part = "agent" | "replicator" | "guard" | "counter";

const HERE = import.meta.dirname!;
const HAKIT = join(HERE, "../../../dist/hakit");
export const VIRTUAL_ADDRESS = "10.77.1.100";
const DISK = "96M";

export class World {
  readonly #name: string;
  #client: Deno.ChildProcess | null = null;
  #reading: Promise<void> = Promise.resolve();
  readonly history: Seen[] = [];
  /** When which whole machine stood still, or had nothing left of hakit that could take anything away. */
  readonly pauses: Pause[] = [];
  #standing: Pause[] = [];
  #unguarded: Pause[] = [];

  constructor(name = "chaos") {
    this.#name = name;
  }

  home(node: NodeNumber): string {
    return `/var/lib/hakit-${this.#name}/node${node}`;
  }

  namespace(place: number): string {
    return `hakit-${this.#name}${place}`;
  }

  /** `hakit lab …`; throws with its own words. */
  async lab(...args: string[]): Promise<string> {
    return await this.hakit(["lab", ...args]);
  }

  async hakit(args: readonly string[], node?: NodeNumber): Promise<string> {
    const { code, stdout, stderr } = await new Deno.Command(HAKIT, {
      args: [...args],
      env: {
        NO_COLOR: "1",
        HAKIT_LAB: this.#name,
        HAKIT_LAB_DISK: DISK,
        ...(node ? { HAKIT_HOME: this.home(node) } : {}),
      },
      stdin: "null",
      signal: AbortSignal.timeout(180_000),
    }).output();
    const decoder = new TextDecoder();
    if (code !== 0) {
      throw new Error(
        `hakit ${args.join(" ")} exited ${code}: ${decoder.decode(stderr)}${
          decoder.decode(stdout)
        }`,
      );
    }
    return decoder.decode(stdout);
  }

  async up({ witness = true } = {}): Promise<void> {
    await this.lab("down");
    await this.lab("up", "--module", "counter", "--quiet");
    if (witness) await this.lab("witness");
    await (witness ? this.decided(60_000) : this.ready(60_000));
  }

  async down(): Promise<void> {
    await this.#endClient();
    await this.lab("down");
  }

  /** What a node says of itself; null: it does not answer within a second. */
  async view(node: NodeNumber): Promise<ModuleState | null> {
    return (await this.state(node))?.nodes.find(({ local }) => local)
      ?.modules[0] ?? null;
  }

  async state(node: NodeNumber): Promise<ClusterState | null> {
    using client = agentClient(paths(this.home(node)));
    const init = { signal: AbortSignal.timeout(1000) };
    try {
      return await answer(client.api.api.state.$get({}, { init }));
    } catch {
      return null;
    }
  }

  /** PRIM and SECOND, both Ready; the primary. Throws with what it saw last. */
  async ready(limitMs: number): Promise<NodeNumber> {
    const end = now() + limitMs;
    for (;;) {
      const [one, two] = await Promise.all([this.view(1), this.view(2)]);
      const roles = [one?.role, two?.role];
      const level = roles.toSorted().join() === "PRIM,SECOND" &&
        one!.status === "Ready" && two!.status === "Ready";
      if (level) return one!.role === "PRIM" ? 1 : 2;
      if (now() > end) {
        const say = (view: ModuleState | null) =>
          view === null
            ? "no answer"
            : `${view.role} ${view.status} ${view.reason ?? ""}`;
        throw new Error(
          `not PRIM and SECOND ${limitMs / 1000} s after healing: node1 ${
            say(one)
          }; node2 ${say(two)}`,
        );
      }
      await sleep(200);
    }
  }

  /**
   * Ready, and both nodes know that the witness was told of this pair. Earlier the secondary is entitled to nothing when its primary
   * falls silent, and rightly waits: who harms a node before that sees no takeover.
   */
  async decided(limitMs: number): Promise<NodeNumber> {
    const end = now() + limitMs;
    for (;;) {
      const primary = await this.ready(Math.max(0, end - now()));
      const states = await Promise.all([this.state(1), this.state(2)]);
      if (states.every((state) => /decides/.test(state?.arbiter ?? ""))) {
        return primary;
      }
      if (now() > end) {
        throw new Error(
          `ready, but the witness does not decide after ${limitMs / 1000} s: ${
            states.map((state) => state?.arbiter ?? "no answer").join(" / ")
          }`,
        );
      }
      await sleep(200);
    }
  }

  /** Which node serves, as far as anybody says; null: nobody knows. */
  async primary(): Promise<NodeNumber | null> {
    const views = await Promise.all([this.view(1), this.view(2)]);
    const at = views.findIndex((view) =>
      view?.role === "PRIM" || view?.role === "ALONE"
    );
    return at < 0 ? null : at + 1 as NodeNumber;
  }

  /** Processes of a part on a node, as this machine numbers them. */
  pids(node: NodeNumber, part: Part): number[] {
    const mine = `HAKIT_HOME=${this.home(node)}`;
    return numbers().filter((pid) => {
      const words = read(`/proc/${pid}/cmdline`).split("\0");
      const own = part === "counter"
        ? words[1] === "counter-serve"
        : words[1] === part && words[0]!.endsWith("hakit");
      return own && read(`/proc/${pid}/environ`).split("\0").includes(mine);
    });
  }

  signal(
    node: NodeNumber,
    parts: readonly Part[],
    signal: "SIGKILL" | "SIGSTOP" | "SIGCONT",
  ): void {
    if (
      signal === "SIGKILL" && parts.includes("agent") && parts.includes("guard")
    ) this.#unguarded.push(this.#pause(node));
    for (const part of parts) {
      for (const pid of this.pids(node, part)) kill(pid, signal);
    }
  }

  /** To be called all the time: since when a node is guarded again. */
  lookForGuards(): void {
    this.#unguarded = this.#unguarded.filter((pause) => {
      const guarded = this.pids(pause.node, "guard").length > 0;
      if (guarded) pause.to = now();
      return !guarded;
    });
  }

  #pause(node: NodeNumber): Pause {
    const pause = { node, from: now(), to: Infinity };
    this.pauses.push(pause);
    return pause;
  }

  /** Every process of a node: what a machine does that is paused from outside. */
  pauseAll(node: NodeNumber): void {
    this.#standing.push(this.#pause(node));
    this.#signalAll(node, "SIGSTOP");
  }

  continueAll(node: NodeNumber): void {
    // Of all that can run again the guard is first: it has real-time priority.
    this.signal(node, ["guard"], "SIGCONT");
    this.#signalAll(node, "SIGCONT");
    this.#standing = this.#standing.filter((pause) => {
      if (pause.node === node) pause.to = now();
      return pause.node !== node;
    });
  }

  #signalAll(node: NodeNumber, signal: "SIGSTOP" | "SIGCONT"): void {
    const first = Number(read(join(this.home(node), "pid")).split(" ")[0]);
    const space = link(`/proc/${first}/ns/pid`);
    if (space === null) return;
    for (const pid of numbers()) {
      if (link(`/proc/${pid}/ns/pid`) === space) kill(pid, signal);
    }
  }

  isOn(node: NodeNumber): boolean {
    const first = read(join(this.home(node), "pid")).split(" ")[0];
    return read(`/proc/${first}/cmdline`).startsWith("sh\0");
  }

  /** Filters what comes in ("in") or goes out on some links of a node: all of it, or so many percent. */
  async filter(
    node: NodeNumber,
    rules: readonly {
      readonly way: "in" | "out";
      readonly links: readonly (1 | 2)[];
      readonly percent: number;
    }[],
  ): Promise<void> {
    const lines = ["table inet chaos {"];
    rules.forEach(({ way, links, percent }, index) => {
      const hook = way === "in" ? "input" : "output";
      const name = way === "in" ? "iifname" : "oifname";
      const some = percent === 100 ? "" : `numgen random mod 100 < ${percent} `;
      lines.push(`chain c${index} { type filter hook ${hook} priority -300;`);
      for (const link of links) {
        lines.push(`${name} "eth${link - 1}" ${some}drop;`);
      }
      lines.push("}");
    });
    const script = [...lines, "}"].join("\n");
    await command(
      this.#in(node, ["sh", "-c", 'echo "$0" | nft -f -', script]),
    );
  }

  async unfilter(node: NodeNumber): Promise<void> {
    await command(this.#in(node, ["nft", "delete", "table", "inet", "chaos"]), {
      anyCode: true,
    });
  }

  #in(place: number, argv: readonly string[]): string[] {
    return ["ip", "netns", "exec", this.namespace(place), ...argv];
  }

  /** Whether the node has the virtual address now; a look that a busy machine does not get done counts as none. */
  async holds(node: NodeNumber): Promise<boolean> {
    const look = await command(
      ["ip", "-n", this.namespace(node), "-br", "addr", "show", "dev", "eth0"],
      { anyCode: true },
    ).catch(() => null);
    return look?.stdout.includes(`${VIRTUAL_ADDRESS}/`) ?? false;
  }

  /** Pulls or plugs a node's cables: to the other node, or to the witness. Not by the command: it takes a second on a busy machine. */
  async cables(
    node: NodeNumber,
    state: "up" | "down",
    which: readonly (1 | 2 | "witness")[],
  ): Promise<void> {
    for (const cable of which) {
      const port = cable === "witness"
        ? `node${node}witness`
        : `node${node}link${cable}`;
      await command(
        ["ip", "-n", this.namespace(0), "link", "set", port, state],
      );
    }
  }

  witnessRuns(): boolean {
    const mine = `HAKIT_HOME=/var/lib/hakit-${this.#name}/witness`;
    return numbers().some((pid) =>
      read(`/proc/${pid}/cmdline`).endsWith("\0witness\0run\0") &&
      read(`/proc/${pid}/environ`).split("\0").includes(mine)
    );
  }

  /** Fills the node's disk to the last block, outside of what is mirrored. */
  async fillDisk(node: NodeNumber): Promise<void> {
    await this.lab(
      ...["exec", String(node), "--", "sh", "-c"],
      `cat /dev/zero >${
        dirname(this.home(node))
      }/storage/filler 2>/dev/null; true`,
    );
  }

  async emptyDisk(node: NodeNumber): Promise<void> {
    if (!this.isOn(node)) return;
    await this.lab(
      ...["exec", String(node), "--"],
      ...["rm", "-f", `${dirname(this.home(node))}/storage/filler`],
    );
  }

  startClients(writers: number): void {
    const [program, ...args] = this.#in(0, [
      ...[Deno.execPath(), "run", "-A", "--quiet", join(HERE, "client.ts")],
      ...[VIRTUAL_ADDRESS, "10.77.1.1", "10.77.1.2", String(writers)],
    ]);
    const child = new Deno.Command(program!, {
      args,
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#client = child;
    this.#reading = (async () => {
      let rest = "";
      const decoder = new TextDecoder();
      for await (const chunk of child.stdout) {
        const parts = (rest + decoder.decode(chunk, { stream: true }))
          .split("\n");
        rest = parts.pop()!;
        for (const line of parts) this.history.push(JSON.parse(line));
      }
    })();
  }

  async stopClients(): Promise<void> {
    await this.#client?.stdin.close();
    await this.#client?.status;
    await this.#reading;
    this.#client = null;
  }

  async #endClient(): Promise<void> {
    if (this.#client === null) return;
    await this.stopClients().catch(() => {});
  }

  /** How many rows the service has; each of them is there, by the file itself. */
  async rows(primary: NodeNumber): Promise<number> {
    const text = await this.lab(
      ...["exec", String(primary), "--", "cat"],
      `${dirname(this.home(primary))}/storage/counter/rows`,
    );
    const rows = text.trim().split("\n").filter((line) => line !== "");
    const wrong = rows.findIndex((row, index) => row !== String(index + 1));
    if (wrong >= 0) {
      throw new Error(`row ${wrong + 1} of the file is "${rows[wrong]}"`);
    }
    return rows.length;
  }

  /** The last lines of both modules' logs. */
  tail(lines: number): string {
    return ([1, 2] as const).map((node) => {
      const text = read(join(this.home(node), "log/counter.log"));
      return `-- node${node}\n${text.split("\n").slice(-lines).join("\n")}`;
    }).join("\n");
  }
}

function numbers(): number[] {
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name))
    .filter(Number.isInteger);
}

/** Empty where it is gone. */
function read(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

function link(path: string): string | null {
  try {
    return Deno.readLinkSync(path);
  } catch {
    return null;
  }
}

function kill(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch {
    // It ended by itself.
  }
}
