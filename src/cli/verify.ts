/** `hakit verify`: compares both copies while they are in use; 0: identical, 1: they differed. */
import type { Verification } from "../agent/door.ts";
import type { ClusterState } from "../api/state.ts";
import type { AgentApi } from "./agent_api.ts";
import { type Command, JSON_FLAG, MODULE_ARG } from "./command.ts";
import { moduleName } from "./module_name.ts";
import type { Output } from "./output.ts";
import { progressLine } from "./progress.ts";
import { rateOf } from "./rate.ts";
import { EXIT } from "./report.ts";
import { bytes } from "../system/units.ts";

const LOOK_EVERY_MS = 1000;
const SAY_EVERY_MS = 10_000;

export function verifyCommand(api: () => AgentApi): Command {
  return {
    name: "verify",
    summary:
      "Compare both copies of a module's directories while they are used",
    group: "Look",
    args: [MODULE_ARG],
    flags: {
      repair: {
        type: "boolean",
        summary: "make the secondary's copy equal where it differs",
      },
      rate: {
        type: "string",
        value: "RATE",
        summary: "bytes per second, such as 50M",
      },
      stop: { type: "boolean", summary: "end the one that runs" },
      json: JSON_FLAG,
    },
    details: "Names, attributes and every byte are compared at the same " +
      "moment on both nodes.\nExit code 0: identical; 1: they differed " +
      "(with --repair too) or could not be compared.\n" +
      "--repair takes the primary's copy for the good one: it overwrites the " +
      "secondary's differing places and keeps nothing of them. Where the " +
      'primary\'s disk may be the one that fails, "hakit swap" first.',
    async run({ args, on, text, out }) {
      const agent = api();
      const state = await agent.state();
      const module = moduleName(state, args[0]);
      const node = primaryOf(state, module);
      if (on("stop")) {
        await agent.verify({ module, node, stop: true });
        out.line(`Verification of ${module} stopped.`);
        return EXIT.done;
      }
      const given = text("rate");
      const rate = given === undefined ? 0 : rateOf("--rate", given);
      const before = await agent.verification({ module, node });
      const last = before.verify?.number ?? 0;
      await agent.verify({ module, node, repair: on("repair"), rate });
      const result = await ended(agent, { module, node, last }, (line) => {
        if (!on("json")) out.line(line);
      });
      if (on("json")) out.json(result);
      else tell(module, result, out);
      return result.verify?.state === "identical" ? EXIT.done : EXIT.failed;
    },
  };
}

/** The node whose copy is the one in use. */
export function primaryOf(state: ClusterState, module: string): string {
  const node = state.nodes.find(({ modules }) =>
    modules.some(({ name, role }) =>
      name === module && (role === "PRIM" || role === "ALONE")
    )
  );
  if (node) return node.name;
  throw new Error(
    `Module ${module} runs on no node: start it first ("hakit start ${module}")`,
  );
}

async function ended(
  agent: AgentApi,
  { module, node, last }: {
    readonly module: string;
    readonly node: string;
    readonly last: number;
  },
  say: (line: string) => void,
): Promise<Verification> {
  for (let spent = 0;; spent += LOOK_EVERY_MS) {
    await new Promise((done) => setTimeout(done, LOOK_EVERY_MS));
    const result = await agent.verification({ module, node });
    const { verify } = result;
    // Gone: the primary changed its role, or its replicator ended.
    if (!verify || verify.number < last) return result;
    if (verify.number === last) continue;
    if (verify.state !== "running" && verify.state !== "repairing") {
      return result;
    }
    if (spent % SAY_EVERY_MS === 0) {
      say(progressLine(
        verify.state === "repairing" ? "Levels" : "Compares",
        {
          done: verify.bytesDone,
          total: verify.bytesTotal ?? undefined,
          bytesPerSecond: verify.bytesPerSecond,
          secondsLeft: verify.secondsLeft,
          text: `${verify.entries} entries`,
        },
        spent / 1000,
      ));
    }
  }
}

/** What came of it, for a person. */
export function tell(
  module: string,
  { verify }: Verification,
  out: Output,
): void {
  if (!verify) {
    out.line(
      `The verification of ${module} ended with the primary: say it again on the new one.`,
    );
    return;
  }
  for (const { path, text } of verify.found) out.line(`${path}: ${text}`);
  if (verify.differences > verify.found.length) {
    out.line(`The rest stands in "hakit log ${module}".`);
  }
  const compared = `${verify.entries} entries, ${bytes(verify.bytesDone)}`;
  const count = verify.differences;
  const words = {
    identical: `${module}: both copies are identical (${compared}).`,
    repaired:
      `${module}: ${count} differences were mended; both copies are identical now (${compared}).`,
    different: verify.repair
      ? `${module}: ${count} differences, and some came again after they were mended: a disk of the secondary may be failing.`
      : `${module}: ${count} differences. First find the failing disk (on both nodes: dmesg, smartctl). If it is the primary's, "hakit swap ${module}" first; then "hakit verify ${module} --repair".`,
    stopped: `${module}: the verification was stopped before its end.`,
    failed:
      `${module}: the copies could not be compared, see "hakit log ${module}".`,
    running: "",
    repairing: "",
  }[verify.state];
  out.line(words);
}
