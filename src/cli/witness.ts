/** `hakit witness`: the third machine's side (run, install, admit, dismiss, list), and the cluster's (add, ping, remove). */
import { join } from "node:path";
import { executableStep } from "../k3s/own_executable.ts";
import { command as execute } from "../system/command.ts";
import { writeDurably } from "../system/files.ts";
import { createLog } from "../system/log.ts";
import { paths } from "../system/paths.ts";
import { EXECUTABLE } from "../system/unit.ts";
import { WITNESS_PORT } from "../witness/protocol.ts";
import { MAX_CLUSTERS, Store } from "../witness/store.ts";
import { parseAdmission } from "../witness/token.ts";
import {
  WITNESS_UNIT,
  WITNESS_UNIT_FILE,
  witnessUnitText,
} from "../witness/unit.ts";
import type { AgentApi } from "./agent_api.ts";
import { type Call, type Command, JSON_FLAG, UsageError } from "./command.ts";
import { EXIT } from "./report.ts";
import { suggest } from "./suggest.ts";

type Act = (call: Call, api: () => AgentApi) => Promise<number>;

const ACTIONS: { readonly [action: string]: Act } = {
  add,
  ping,
  remove,
  install,
  uninstall,
  admit,
  dismiss,
  list,
  run,
};

export function witnessCommand(api: () => AgentApi): Command {
  return {
    name: "witness",
    summary: "A third machine that decides which node may go on alone",
    group: "Set up",
    args: [
      {
        name: "ACTION",
        summary: Object.keys(ACTIONS).join(", "),
        words: Object.keys(ACTIONS),
      },
      {
        name: "WHAT",
        summary:
          "add: address of the witness (default: this node's, again); ping: addresses; admit: what add printed (default: read from standard input); dismiss: name of a cluster",
        optional: true,
        rest: true,
      },
    ],
    flags: {
      port: {
        type: "string",
        value: "N",
        summary: `add, run, install: UDP port (${WITNESS_PORT})`,
      },
      json: JSON_FLAG,
    },
    details: `\
On any third Linux machine, as root:
hakit witness install            a systemd unit that answers on UDP port ${WITNESS_PORT}
hakit witness admit              reads from standard input what "add" has printed
hakit witness list, dismiss NAME
On either node of a cluster, while both run:
hakit witness add 10.0.0.3       prints what the witness must be told, once
hakit witness add                this node's, said again: reaches a node that has lost it
hakit witness ping 10.0.0.254    no witness: a node that reaches none of these addresses stops
hakit witness remove             neither of them any more`,
    async run(call) {
      const action = call.args[0]!;
      const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : null;
      if (act) return await act(call, api);
      const names = Object.keys(ACTIONS);
      const near = suggest(action, names);
      throw new UsageError(
        `hakit witness: unknown action "${action}", ` +
          (near ? `did you mean "${near}"?` : `expected ${names.join(", ")}`),
      );
    },
  };
}

function storeFolder(): string {
  return join(paths().state, "witness");
}

function portOf(call: Call): number {
  const text = call.text("port");
  const port = text === undefined ? WITNESS_PORT : Number(text);
  if (Number.isInteger(port) && port >= 1 && port <= 65535) return port;
  throw new UsageError(
    `hakit witness: --port "${text}", expected 1 to 65535`,
  );
}

async function add(call: Call, api: () => AgentApi): Promise<number> {
  const address = call.args[1];
  if (call.args.length > 2) {
    throw new UsageError(
      'hakit witness add: expected one address, such as "hakit witness add 10.0.0.3"',
    );
  }
  // Said again without it the port stays what it is.
  const port = call.text("port") === undefined ? {} : { port: portOf(call) };
  const given = { ...(address === undefined ? {} : { address }), ...port };
  const token = await api().setArbiter({ kind: "witness", ...given });
  if (call.on("json")) call.out.json({ ...given, token });
  else if (address === undefined) {
    call.out.line(
      "Both nodes ask this node's witness from now on, which knows the cluster already.",
    );
  } else {
    call.out.line(
      `Both nodes ask the witness ${address} from now on. Until it answers there is no failover.`,
    );
    call.out.line(
      'Say there, as root (after "hakit witness install"), and paste the line below:',
    );
    call.out.line("  hakit witness admit");
    call.out.line(token ?? "");
    call.out.line('Then "hakit state" names the witness as answering.');
  }
  return EXIT.done;
}

async function ping(call: Call, api: () => AgentApi): Promise<number> {
  const addresses = call.args.slice(1);
  if (addresses.length === 0) {
    throw new UsageError(
      "hakit witness ping: no address, expected one or more that both nodes reach (a router)",
    );
  }
  await api().setArbiter({ kind: "ping", addresses });
  if (call.on("json")) call.out.json({ addresses });
  else {
    call.out.line(
      `A node that reaches neither the other one nor ${
        addresses.join(" nor ")
      } waits from now on. Two primaries are not excluded: a witness does that.`,
    );
  }
  return EXIT.done;
}

async function remove(call: Call, api: () => AgentApi): Promise<number> {
  await api().removeArbiter();
  if (call.on("json")) call.out.json({ removed: true });
  else call.out.line("There is no arbiter any more, on both nodes.");
  return EXIT.done;
}

async function admit(call: Call): Promise<number> {
  const text = call.args[1] ?? await readLine(call);
  const admission = parseAdmission(text);
  if (admission === null) {
    throw new UsageError(
      'hakit witness admit: this is not what "hakit witness add" has printed, expected one word that begins with hakitw1.',
    );
  }
  const store = new Store(storeFolder());
  const known = await store.find(admission.id);
  const others = known === null ? (await store.read()).clusters.length : 0;
  if (others >= MAX_CLUSTERS) {
    throw new Error(
      `Cluster "${admission.name}" is not admitted: a witness has at most ${MAX_CLUSTERS}, "hakit witness dismiss NAME" makes room`,
    );
  }
  // The key may be new; what was decided stays decided.
  await store.write({ modules: known?.modules ?? {}, ...admission });
  if (call.on("json")) call.out.json({ cluster: admission.name });
  else {
    call.out.line(
      `The witness serves cluster "${admission.name}" within a second.`,
    );
  }
  return EXIT.done;
}

async function readLine(call: Call): Promise<string> {
  if (Deno.stdin.isTerminal()) {
    call.out.error('Paste the line that "hakit witness add" has printed:');
  }
  const buffer = new Uint8Array(4096);
  let text = "";
  while (!text.includes("\n")) {
    const count = await Deno.stdin.read(buffer);
    if (count === null || text.length > buffer.length) break;
    text += new TextDecoder().decode(buffer.subarray(0, count));
  }
  return text;
}

async function dismiss(call: Call): Promise<number> {
  const wanted = call.args[1];
  const store = new Store(storeFolder());
  const { clusters, broken } = await store.read();
  const all = [
    ...clusters,
    ...broken.map(({ id }) => ({ id, name: id })),
  ];
  const found = all.filter(({ name, id }) => name === wanted || id === wanted);
  const [one] = found;
  if (one === undefined || found.length > 1) {
    const names = all.map(({ name, id }) => `${name} (${id})`).join(", ");
    throw new UsageError(
      `hakit witness dismiss: ${
        found.length > 1
          ? "several clusters are called"
          : "no cluster is called"
      } "${wanted ?? ""}", expected one of ${
        names || "none: it has no cluster"
      }`,
    );
  }
  await store.remove(one.id);
  if (call.on("json")) call.out.json({ cluster: one.name });
  else call.out.line(`The witness forgets cluster "${one.name}".`);
  return EXIT.done;
}

async function list(call: Call): Promise<number> {
  const { clusters, broken } = await new Store(storeFolder()).read();
  for (const { problem } of broken) call.out.error(`hakit: ${problem}`);
  const code = broken.length > 0 ? EXIT.failed : EXIT.done;
  if (call.on("json")) {
    call.out.json(clusters.map(({ key: _, ...shown }) => shown));
    return code;
  }
  if (clusters.length + broken.length === 0) {
    call.out.line("It has no cluster.");
  }
  const rows = clusters.flatMap(({ name, modules }) => {
    const entries = Object.entries(modules);
    if (entries.length === 0) return [[name, "-", "-", "not told yet"]];
    return entries.map(([module, { epoch, holder }]) => [
      name,
      module,
      String(epoch),
      holder === null ? "both nodes" : `node ${holder + 1} alone`,
    ]);
  });
  if (rows.length > 0) {
    call.out.table([["CLUSTER", "MODULE", "EPOCH", "UP TO DATE"], ...rows]);
  }
  return code;
}

async function install(call: Call): Promise<number> {
  if (!Deno.build.standalone) {
    throw new Error("Install the built executable, not the sources");
  }
  const port = portOf(call);
  const place = executableStep();
  if (await place.done() === null) await place.do(() => {});
  const text = witnessUnitText(EXECUTABLE)
    .replace("witness run", `witness run --port ${port}`);
  await writeDurably(WITNESS_UNIT_FILE, text);
  await execute(["systemctl", "daemon-reload"]);
  await execute(["systemctl", "enable", "--now", WITNESS_UNIT]);
  await execute(["systemctl", "restart", WITNESS_UNIT]);
  if (call.on("json")) call.out.json({ unit: WITNESS_UNIT, port });
  else {
    call.out.line(
      `The witness runs (${WITNESS_UNIT}, UDP port ${port}). Now say on a node of the cluster: hakit witness add ADDRESS`,
    );
  }
  return EXIT.done;
}

async function uninstall(call: Call): Promise<number> {
  await execute(["systemctl", "disable", "--now", WITNESS_UNIT], {
    anyCode: true,
  });
  await Deno.remove(WITNESS_UNIT_FILE).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
  await execute(["systemctl", "daemon-reload"]);
  if (call.on("json")) call.out.json({ removed: true, kept: storeFolder() });
  else {
    call.out.line(
      `The witness is gone; what it remembers stays in ${storeFolder()}.`,
    );
  }
  return EXIT.done;
}

async function run(call: Call): Promise<number> {
  const { runWitness } = await import("../witness/server.ts");
  const where = paths();
  await Deno.mkdir(where.log, { recursive: true, mode: 0o750 });
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    Deno.addSignalListener(signal, () => stop.abort());
  }
  await runWitness({
    store: new Store(storeFolder()),
    port: portOf(call),
    log: createLog(join(where.log, "witness.log"), { echo: "witness" }),
    signal: stop.signal,
  });
  return EXIT.done;
}
