/** The drill itself: application up, a client that writes, the fault, what followed, and the comparison of what was promised with what is there. */
import type { AgentApi } from "../../cli/agent_api.ts";
import type { ClusterState, ModuleState } from "../../api/state.ts";
import { sleep } from "../../system/clock.ts";
import { command } from "../../system/command.ts";
import { kubectl } from "../kubectl.ts";
import { type Application, NAMESPACE } from "./example.ts";
import {
  type Content,
  type DrillReport,
  drillReport,
  type Fault,
  type Moment,
} from "./outcome.ts";
import { content, Writer } from "./writer.ts";
import { messageOf } from "../../system/message.ts";

export interface DrillOptions {
  readonly api: AgentApi;
  readonly module: string;
  readonly fault: Fault;
  /** http://VIRTUAL-ADDRESS:PORT */
  readonly url: string;
  /** The application, as kubectl takes it. */
  readonly application: Application;
  /** Pods of a server that loses its power are started on the other one by hakit. */
  readonly released: boolean;
  /** Makes the fault (kill, cut); null: a person does. */
  readonly by: string | null;
  /** Undoes it; null: a person does, or it undoes itself. */
  readonly undo: string | null;
  /** Waits until both nodes are Ready again. */
  readonly comeBack: boolean;
  /** Leaves the application there. */
  readonly keep: boolean;
  tell(text: string): void;
}

const READY_MS = 10 * 60_000;
const SERVICE_MS = 10 * 60_000;
const RETURN_MS = 30 * 60_000;
const COMMAND_MS = 10 * 60_000;
const PERSON_MS = 10 * 60_000;
const LOOK_EVERY_MS = 100;
const PODS_EVERY_MS = 2000;
/** It must go on, not answer once. */
const AFTERWARDS = 20;

/** Why this node is the wrong one for that fault; null: it is right. Pure. */
export function refusal(fault: Fault, role: ModuleState["role"] | undefined) {
  if (role !== "PRIM" && role !== "SECOND") {
    return `this node is ${
      role ?? "no member"
    }, and a drill begins with PRIM and SECOND: see "hakit state"`;
  }
  if (fault === "kill" && role !== "SECOND") {
    return "this node is the one that loses its power: run this on the other one";
  }
  if (fault === "cut" && role !== "PRIM") {
    return "the links of the other node are cut, and this one would be it: run this on the primary";
  }
  return null;
}

interface ExamplePod {
  readonly metadata?: { readonly name?: string };
  readonly spec?: { readonly nodeName?: string };
  readonly status?: { readonly phase?: string };
}

/** Why the application would not come back from that node's death, where nobody gives its pods up; null: it would. Pure. */
export function stranded(
  pods: readonly ExamplePod[],
  lost: string,
): string | null {
  const stuck = pods.some(({ metadata, spec }) =>
    metadata?.name?.startsWith("database-") && spec?.nodeName === lost
  );
  return stuck
    ? `the application's database (a StatefulSet) runs on ${lost}, and without a witness nobody starts it here while ${lost} is away: ` +
      'its writes would wait for that server. Add a witness ("hakit witness add"), or have the pods of a lost server given up in any case ' +
      '("hakit module config k3s --set variables.PODS_OF_LOST_NODE=always")'
    : null;
}

export async function drill(options: DrillOptions): Promise<DrillReport> {
  const { api, fault, url, tell } = options;
  const before = await api.state();
  const names = namesOf(before, options.module);
  const why = refusal(fault, names.role);
  if (why !== null) throw new Error(`Cannot drill here: ${why}`);

  tell(`Starting the application (namespace ${NAMESPACE})`);
  await apply(options.application);
  try {
    const old = await answering(url);
    const writer = new Writer(url, Math.max(0, ...old.rows, ...old.lines) + 1);
    try {
      await writer.reaches(AFTERWARDS, { since: 0, limitMs: SERVICE_MS });
      if (fault === "kill" && !options.released) {
        const stuck = stranded(await podsOfExample(), names.other);
        if (stuck !== null) throw new Error(`Cannot drill here: ${stuck}`);
      }
      return await faultUnderLoad(options, {
        names,
        writer,
        cluster: before.cluster,
      });
    } finally {
      await writer.stop();
    }
  } finally {
    if (!options.keep) {
      tell("Removing the application");
      await kubectl(["delete", "namespace", NAMESPACE, "--wait=false"]);
    }
  }
}

interface Scene {
  readonly names: ReturnType<typeof namesOf>;
  readonly writer: Writer;
  readonly cluster: string;
}

async function faultUnderLoad(
  options: DrillOptions,
  { names, writer, cluster }: Scene,
): Promise<DrillReport> {
  const { api, module, fault, tell } = options;
  const watch = new Watch(api, module);
  let at = Date.now();
  try {
    if (fault === "swap") {
      tell(`Swapping: ${names.second} becomes primary`);
      await api.role({
        module,
        command: "swap",
        node: names.primary,
        wait: true,
      });
      watch.mark("the command returned");
    } else if (options.by !== null) {
      tell(`Running: ${options.by}`);
      await shell(options.by, names.other);
    } else {
      tell(
        fault === "kill"
          ? `Pull the plug of ${names.other} now (within ${
            PERSON_MS / 60_000
          } min).`
          : `Pull all network cables between the nodes now (within ${
            PERSON_MS / 60_000
          } min).`,
      );
    }
    await watch.until(
      fault === "swap"
        ? ({ role, ready }) =>
          ready && role === (names.role === "PRIM" ? "SECOND" : "PRIM")
        : ({ role, ready }) => ready && role === "ALONE",
      options.by === null && fault !== "swap" ? PERSON_MS : SERVICE_MS,
    );
    const served = Date.now();
    // A person's hand has no time stamp: it was after the last answer.
    if (options.by === null && fault !== "swap") {
      const heard = watch.lostAt ?? served;
      at = writer.acknowledged.findLast((one) => one.at <= heard)?.at ?? heard;
    }
    await writer.reaches(AFTERWARDS, { since: served, limitMs: SERVICE_MS });
    const first = writer.acknowledged.find((one) => one.at > served)!;
    watch.mark("the application acknowledges writes", first.at);
    if (fault === "kill") await podsMoved(names.other, watch);
    if (fault !== "swap" && options.comeBack) {
      if (options.undo !== null) {
        tell(`Running: ${options.undo}`);
        await shell(options.undo, names.other);
      } else tell(`Waiting for ${names.other} (give it back what it lost)`);
      watch.mark("waits for the other node");
      await watch.until(
        ({ role, ready, level }) => ready && level && role === "PRIM",
        RETURN_MS,
      );
      await writer.reaches(5, { since: Date.now(), limitMs: SERVICE_MS });
    }
    await writer.stop();
    const until = writer.acknowledged.at(-1)?.at ?? Date.now();
    return drillReport({
      fault,
      cluster,
      from: fault === "swap" ? names.primary : names.other,
      to: fault === "swap" ? names.second : names.self,
      errors: writer.errors,
      at,
      until,
      moments: watch.moments.filter((moment) => moment.at >= at),
      acknowledged: writer.acknowledged,
      content: await content(options.url),
    });
  } finally {
    await watch.stop();
  }
}

interface Sight {
  readonly role: ModuleState["role"];
  readonly ready: boolean;
  /** Both copies are. */
  readonly level: boolean;
}

/** Looks at this node's agent all the time and writes down what changes. */
class Watch {
  readonly moments: Moment[] = [];
  /** When the other node was first not heard. */
  lostAt: number | null = null;
  #sight: Sight | null = null;
  #stopped = false;
  readonly #loop: Promise<void>;

  constructor(readonly api: AgentApi, readonly module: string) {
    this.#loop = this.#run();
  }

  mark(what: string, at = Date.now()): void {
    this.moments.push({ what, at });
  }

  async #run(): Promise<void> {
    let last = "";
    while (!this.#stopped) {
      const state = await this.api.state().catch(() => null);
      const here = state?.nodes.find(({ local }) => local);
      const found = here?.modules.find(({ name }) => name === this.module);
      const other = state?.nodes.find(({ local }) => !local);
      if (here && found && other) {
        if (!other.reachable && this.lostAt === null) {
          this.lostAt = Date.now();
          this.mark(`${other.name} is not heard any more`);
        }
        const text = `${here.name} is ${found.role} ${found.status}`;
        if (last !== "" && text !== last) this.mark(text);
        last = text;
        const there = other.modules.find(({ name }) => name === this.module);
        this.#sight = {
          role: found.role,
          ready: found.status === "Ready",
          level: other.reachable && there?.role === "SECOND" &&
            there.status === "Ready" && there.upToDate,
        };
      }
      await sleep(LOOK_EVERY_MS);
    }
  }

  async until(fact: (sight: Sight) => boolean, limitMs: number): Promise<void> {
    const end = performance.now() + limitMs;
    while (this.#sight === null || !fact(this.#sight)) {
      if (performance.now() > end) {
        const role = this.#sight?.role ?? "unknown";
        throw new Error(
          `Nothing happened within ${
            limitMs / 60_000
          } min: this node is ${role}`,
        );
      }
      await sleep(LOOK_EVERY_MS);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#loop;
  }
}

/** Until no pod of the application is where nothing runs; noted, and no more: without a witness Kubernetes takes its time. */
async function podsMoved(lost: string, watch: Watch): Promise<void> {
  for (let left = 90_000; left > 0; left -= PODS_EVERY_MS) {
    const pods = await podsOfExample();
    if (
      pods.length > 0 &&
      pods.every(({ spec, status }) =>
        spec?.nodeName !== lost && status?.phase === "Running"
      )
    ) return watch.mark("all pods of the application run");
    await sleep(PODS_EVERY_MS);
  }
  watch.mark(`pods of ${lost} are still listed there`);
}

async function podsOfExample(): Promise<readonly ExamplePod[]> {
  const { code, stdout } = await kubectl([
    ...["get", "pods", `--namespace=${NAMESPACE}`, "-o", "json"],
  ]);
  return code === 0 ? JSON.parse(stdout).items ?? [] : [];
}

async function apply(application: Application): Promise<void> {
  // An application that was kept goes on with the password that its database was made with.
  const secret = ["get", "secret", "database", `--namespace=${NAMESPACE}`];
  const kept = (await kubectl(secret)).code === 0;
  const items = application.items.filter(({ kind }) =>
    !kept || kind !== "Secret"
  );
  const file = await Deno.makeTempFile({ prefix: "hakit-drill-" });
  try {
    await Deno.writeTextFile(file, JSON.stringify({ ...application, items }), {
      mode: 0o600,
    });
    const { code, stderr } = await kubectl(["apply", "-f", file]);
    if (code !== 0) {
      throw new Error(
        `Cannot start the application: ${stderr.trim().split("\n").at(-1)}`,
      );
    }
  } finally {
    await Deno.remove(file);
  }
}

async function answering(url: string): Promise<Content> {
  const until = performance.now() + READY_MS;
  for (;;) {
    try {
      return await content(url);
    } catch (cause) {
      if (performance.now() > until) {
        throw new Error(
          `The application does not answer at ${url} after ${
            READY_MS / 60_000
          } min: "k3s kubectl -n ${NAMESPACE} get pods" says why (${
            messageOf(cause)
          })`,
          { cause },
        );
      }
      await sleep(1000);
    }
  }
}

async function shell(line: string, node: string): Promise<void> {
  const { code, stderr } = await command([
    "env",
    `NODE=${node}`,
    "sh",
    "-c",
    line,
  ], {
    anyCode: true,
    timeoutMs: COMMAND_MS,
  });
  if (code !== 0) {
    throw new Error(
      `"${line}" failed: ${stderr.trim() || `exit code ${code}`}`,
    );
  }
}

function namesOf(state: ClusterState, module: string) {
  const here = state.nodes.find(({ local }) => local);
  const other = state.nodes.find(({ local }) => !local);
  const role = here?.modules.find(({ name }) => name === module)?.role;
  const self = here?.name ?? "", there = other?.name ?? "";
  return {
    role,
    self,
    other: there,
    primary: role === "PRIM" ? self : there,
    second: role === "PRIM" ? there : self,
  };
}
