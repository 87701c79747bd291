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
import { Service, Writer } from "./writer.ts";
import { messageOf } from "../../system/message.ts";

export interface DrillOptions {
  readonly api: AgentApi;
  readonly module: string;
  readonly fault: Fault;
  /** http://VIRTUAL-ADDRESS:PORT */
  readonly url: string;
  /** The application, as kubectl takes it. */
  readonly application: Application;
  /** Pods of a server that is lost are started on the other one by hakit. */
  readonly released: boolean;
  /** A witness, or a ping, keeps a server that is cut off from serving. */
  readonly arbitrated: boolean;
  /** Makes the fault (kill, cut); null: a person does. */
  readonly by: string | null;
  /** Undoes it; null: a person does, or it undoes itself. */
  readonly undo: string | null;
  /** Waits until both nodes are Ready again. */
  readonly comeBack: boolean;
  /** Leaves the application there. */
  readonly keep: boolean;
  tell(text: string): void;
  /** Called before anything is made; throws where the application could not start. */
  readonly prepare?: () => Promise<void>;
  /** Where not Kubernetes itself is asked. */
  readonly ask?: typeof kubectl;
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

/** Why that fault must not be tried from this node, or not at all; null: it may. Pure. */
export function refusal(
  fault: Fault,
  role: ModuleState["role"] | undefined,
  { arbitrated = true }: { readonly arbitrated?: boolean } = {},
) {
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
  if (fault === "cut" && !arbitrated) {
    return 'without a witness both nodes would go on, and what one of them writes would be set aside: "hakit witness add" first';
  }
  return null;
}

interface ExamplePod {
  readonly metadata?: { readonly name?: string };
  readonly spec?: { readonly nodeName?: string };
  readonly status?: { readonly phase?: string };
}

/** Why the application would not come back from that node's loss, where nobody gives its pods up; null: it would. Pure. */
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
  const { api, fault, url, tell, ask = kubectl } = options;
  const before = await api.state();
  const names = namesOf(before, options.module);
  const why = refusal(fault, names.role, options);
  if (why !== null) throw new Error(`Cannot drill here: ${why}`);
  await options.prepare?.();

  tell(`Starting the application (namespace ${NAMESPACE})`);
  await namespaceGone(ask);
  await apply(options.application, ask);
  try {
    using service = new Service(url);
    const old = await answering(service);
    const writer = new Writer(
      service,
      Math.max(0, ...old.rows, ...old.lines) + 1,
    );
    try {
      await writer.reaches(AFTERWARDS, { since: 0, limitMs: SERVICE_MS });
      if (fault !== "swap" && !options.released) {
        const stuck = stranded(await podsOfExample(ask), names.other);
        if (stuck !== null) throw new Error(`Cannot drill here: ${stuck}`);
      }
      return await faultUnderLoad(options, {
        names,
        writer,
        service,
        cluster: before.cluster,
      });
    } finally {
      await writer.stop();
    }
  } finally {
    if (!options.keep) {
      tell("Removing the application");
      await ask(["delete", "namespace", NAMESPACE, "--wait=false"]);
    }
  }
}

interface Scene {
  readonly names: ReturnType<typeof namesOf>;
  readonly writer: Writer;
  readonly service: Service;
  readonly cluster: string;
}

async function faultUnderLoad(
  options: DrillOptions,
  { names, writer, service, cluster }: Scene,
): Promise<DrillReport> {
  const { api, module, fault, tell, ask = kubectl } = options;
  const watch = new Watch(api, module);
  let at = Date.now();
  let undone = options.undo === null;
  const undo = async () => {
    if (undone) return;
    undone = true;
    tell(`Running: ${options.undo}`);
    await shell(options.undo!, names.other);
  };
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
          : `Pull all network cables of ${names.other} now (within ${
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
    if (fault !== "swap") {
      await podsMoved(names.other, { watch, ask });
      await undo();
    }
    if (fault !== "swap" && options.comeBack) {
      if (options.undo === null) {
        tell(`Waiting for ${names.other} (give it back what it lost)`);
      }
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
      // Its pods may be on the way from one node to the other: the drill's result must not hang on one answer.
      content: await answering(service),
    });
  } catch (error) {
    // Whatever failed: no server is left without its links, or its power.
    await undo().catch((cause) => tell(messageOf(cause)));
    throw error;
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
async function podsMoved(
  lost: string,
  { watch, ask }: { readonly watch: Watch; readonly ask: typeof kubectl },
): Promise<void> {
  for (let left = 90_000; left > 0; left -= PODS_EVERY_MS) {
    const pods = await podsOfExample(ask);
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

async function podsOfExample(
  ask: typeof kubectl,
): Promise<readonly ExamplePod[]> {
  const { code, stdout } = await ask([
    ...["get", "pods", `--namespace=${NAMESPACE}`, "-o", "json"],
  ]);
  return code === 0 ? JSON.parse(stdout).items ?? [] : [];
}

/** An earlier drill's application goes in the background, and until it has gone nothing new can be made in its place. */
async function namespaceGone(ask: typeof kubectl): Promise<void> {
  const phase = [
    "get",
    "namespace",
    NAMESPACE,
    "-o",
    "jsonpath={.status.phase}",
  ];
  const until = performance.now() + READY_MS;
  while ((await ask(phase)).stdout === "Terminating") {
    if (performance.now() > until) {
      throw new Error(
        `The application of an earlier drill is still there after ${
          READY_MS / 60_000
        } min: "k3s kubectl get namespace ${NAMESPACE} -o yaml" says why`,
      );
    }
    await sleep(LOOK_EVERY_MS * 10);
  }
}

async function apply(
  application: Application,
  ask: typeof kubectl,
): Promise<void> {
  // An application that was kept goes on with the password that its database was made with.
  const secret = ["get", "secret", "database", `--namespace=${NAMESPACE}`];
  const kept = (await ask(secret)).code === 0;
  const items = application.items.filter(({ kind }) =>
    !kept || kind !== "Secret"
  );
  const file = await Deno.makeTempFile({ prefix: "hakit-drill-" });
  try {
    await Deno.writeTextFile(file, JSON.stringify({ ...application, items }), {
      mode: 0o600,
    });
    const { code, stderr } = await ask(["apply", "-f", file]);
    if (code !== 0) {
      throw new Error(
        `Cannot start the application: ${stderr.trim().split("\n").at(-1)}`,
      );
    }
  } finally {
    await Deno.remove(file);
  }
}

async function answering(service: Service): Promise<Content> {
  const until = performance.now() + READY_MS;
  for (;;) {
    try {
      return await service.content();
    } catch (cause) {
      if (performance.now() > until) {
        throw new Error(
          `The application does not answer at ${service.url} after ${
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
