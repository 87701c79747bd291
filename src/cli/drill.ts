/** `hakit drill k3s`: a failover that is tried before it is needed, and a report of it. */
import { randomBytes } from "node:crypto";
import {
  DEFAULT_DATABASE_IMAGE,
  DEFAULT_PORT,
  DEFAULT_WEB_IMAGE,
  example,
  exampleList,
} from "../k3s/drill/example.ts";
import { type ArbiterFile, readArbiter } from "../agent/arbiter_store.ts";
import { keepDrill } from "../agent/drill_file.ts";
import { missingImage } from "../k3s/drill/images.ts";
import { type Fault, FAULTS } from "../k3s/drill/outcome.ts";
import { reportLines, reportPage } from "../k3s/drill/report.ts";
import { drill } from "../k3s/drill/run.ts";
import { MODULE } from "../k3s/files.ts";
import { moduleFolder } from "../module/catalog.ts";
import { loadModule } from "../module/load.ts";
import { writeDurably } from "../system/files.ts";
import { paths } from "../system/paths.ts";
import type { AgentApi } from "./agent_api.ts";
import { type Call, type Command, JSON_FLAG, UsageError } from "./command.ts";
import { EXIT } from "./report.ts";
import { messageOf } from "../system/message.ts";

export function drillCommand(api: () => AgentApi): Command {
  return {
    name: "drill",
    summary: "Try a failover of K3s with an application, and report it",
    group: "Operate",
    args: [{ name: "MODULE", summary: "k3s", words: [MODULE] }],
    flags: {
      swap: {
        type: "boolean",
        summary: "primary and secondary change places (default)",
      },
      kill: {
        type: "boolean",
        summary: "the primary loses its power; run this on the secondary",
      },
      cut: {
        type: "boolean",
        summary: "the secondary loses its links; run this on the primary",
      },
      by: {
        type: "string",
        value: "COMMAND",
        summary:
          "kill, cut: what does it ($NODE: to whom); default: you are asked to",
      },
      undo: {
        type: "string",
        value: "COMMAND",
        summary: "kill, cut: what gives it back, also where the drill fails",
      },
      stay: {
        type: "boolean",
        summary: "kill, cut: do not wait for the other node's return",
      },
      keep: { type: "boolean", summary: "leave the application there" },
      "web-image": {
        type: "string",
        value: "IMAGE",
        summary: `PHP, mysqli and Apache (${DEFAULT_WEB_IMAGE})`,
      },
      "database-image": {
        type: "string",
        value: "IMAGE",
        summary: `MariaDB (${DEFAULT_DATABASE_IMAGE})`,
      },
      port: {
        type: "string",
        value: "N",
        summary: `at the virtual address (${DEFAULT_PORT})`,
      },
      print: {
        type: "boolean",
        summary: "print the application's manifests and do nothing",
      },
      html: {
        type: "string",
        value: "FILE",
        summary: "write the report as a page, too",
      },
      json: JSON_FLAG,
    },
    details: `\
A database and a web server with a volume each are started, a client writes through the virtual address, and every write
that was acknowledged is looked for afterwards. The module's own data is safe; the cluster really fails over. Servers
without internet need the two images beside K3s' own: "hakit bundle create --image FILE" takes archives of them along.
One that a node neither has nor can fetch is named before anything is done.
hakit drill k3s
hakit drill k3s --kill --by 'virsh destroy $NODE' --undo 'virsh start $NODE' --html drill.html
Exit code 0: every acknowledged write is there; 1: it is not, or the drill could not be done; 2: it was not begun, for an
image is missing.`,
    run: (call) => run(call, api),
  };
}

async function run(call: Call, api: () => AgentApi): Promise<number> {
  const { out } = call;
  if (call.args[0] !== MODULE) {
    throw new UsageError(
      `hakit drill: module "${
        call.args[0]
      }", expected ${MODULE} (the lab's own drill: "hakit lab drill")`,
    );
  }
  const fault = faultOf(call);
  const text = await application(call);
  if (call.on("print")) {
    out.line(text.trimEnd());
    return EXIT.done;
  }
  if (fault === "swap" && (call.text("by") ?? call.text("undo"))) {
    throw new UsageError(
      "hakit drill: --by and --undo are for --kill and --cut",
    );
  }
  const file = `${moduleFolder(paths(), MODULE)}/module.yaml`;
  const { virtual_addresses: [virtual], variables } = await loadModule(file);
  if (!virtual) throw new Error(`${file} has no virtual address`);
  const tell = (line: string) =>
    call.on("json") ? out.error(line) : out.line(line);
  const address = virtual.address.split("/")[0]!;
  const host = address.includes(":") ? `[${address}]` : address;
  const arbiter = await readArbiter(paths());
  const report = await drill({
    api: api(),
    module: MODULE,
    fault,
    url: `http://${host}:${portOf(call)}`,
    application: exampleList(text),
    released: isReleased(variables["PODS_OF_LOST_NODE"], arbiter),
    arbitrated: arbiter?.kind === "ping" || arbiter?.retired === false,
    by: call.text("by") ?? null,
    undo: call.text("undo") ?? null,
    comeBack: !call.on("stay"),
    keep: call.on("keep"),
    tell,
    async prepare() {
      const { webImage, databaseImage } = imagesOf(call);
      const missing = await missingImage([
        { image: webImage, flag: "--web-image" },
        { image: databaseImage, flag: "--database-image" },
      ], { tell });
      if (missing !== null) throw new UsageError(`hakit drill: ${missing}`);
    },
  });
  await keepDrill(paths(), report).catch((error) =>
    out.error(`! The console will not show it: ${error.message}`)
  );
  const page = call.text("html");
  if (page !== undefined) await writeDurably(page, reportPage(report));
  if (call.on("json")) out.json(report);
  else for (const line of reportLines(report)) out.line(line);
  return report.lost.length === 0 ? EXIT.done : EXIT.failed;
}

/** As pods.ts judges a server that was shut out. */
function isReleased(
  policy: string | undefined,
  arbiter: ArbiterFile | null,
): boolean {
  if (policy === "always" || policy === "never") return policy === "always";
  return arbiter?.kind === "witness" && !arbiter.retired;
}

function faultOf(call: Call): Fault {
  const given = FAULTS.filter((fault) => call.on(fault));
  if (given.length > 1) {
    throw new UsageError(
      `hakit drill: --${given.join(" and --")}, expected one of them`,
    );
  }
  return given[0] ?? "swap";
}

function portOf(call: Call): number {
  return Number(call.text("port") ?? DEFAULT_PORT);
}

function imagesOf(call: Call) {
  return {
    webImage: call.text("web-image") ?? DEFAULT_WEB_IMAGE,
    databaseImage: call.text("database-image") ?? DEFAULT_DATABASE_IMAGE,
  };
}

async function application(call: Call): Promise<string> {
  try {
    return await example({
      ...imagesOf(call),
      port: portOf(call),
      password: randomBytes(18).toString("base64url"),
    });
  } catch (error) {
    throw new UsageError(
      `hakit drill: ${messageOf(error)}`,
    );
  }
}
