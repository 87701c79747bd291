/** `hakit module config|history|rollback`: a module's configuration as a reviewed change. */
import type { z } from "zod";
import {
  historyAnswer,
  installationAnswer,
  moduleFilesAnswer,
  planAnswer,
} from "../api/config_schemas.ts";
import type { FileEdit } from "../module/edit.ts";
import { parseModule } from "../module/load.ts";
import type { How } from "../module/plan.ts";
import type { Ask } from "./ask.ts";
import { type Call, UsageError } from "./command.ts";
import type { Output } from "./output.ts";
import { withValues } from "./with_values.ts";

type Plan = z.infer<typeof planAnswer>["plan"];

/** Shown, planned or applied, as the flags say. */
export async function config(
  call: Call,
  ask: Ask,
  name: string,
): Promise<number> {
  const source = call.args[2];
  const changes = call.list("set");
  const acts = call.on("plan") || call.on("apply");
  const { files, digest } = await ask(`/api/modules/${name}/config`, {
    answer: moduleFilesAnswer,
  });
  const yaml = files.find(({ path }) => path === "module.yaml");
  const before = yaml?.encoding === "text" ? yaml.content : "";
  if (source === undefined && changes.length === 0 && !acts) {
    if (call.on("json")) call.out.json(parseModule(before, "module.yaml"));
    else call.out.line(before.trimEnd());
    return 0;
  }
  const given = source === undefined ? before : await read(source);
  const content = withValues(given, changes);
  // Here, so that line and column are those of the user's file.
  parseModule(content, source ?? "module.yaml");
  const edits: FileEdit[] = content === before
    ? []
    : [{ path: "module.yaml", content }];
  return await change(call, ask, { name, edits, base: digest });
}

/** Planned or applied, as the flags say. */
export async function change(
  call: Call,
  ask: Ask,
  { name, edits, base, note = call.text("note") }: {
    readonly name: string;
    readonly edits: readonly FileEdit[];
    readonly base: string;
    readonly note?: string | undefined;
  },
): Promise<number> {
  if (call.on("plan")) {
    const answer = await ask(`/api/modules/${name}/config/plan`, {
      method: "POST",
      body: { edits, base },
      answer: planAnswer,
    });
    if (call.on("json")) call.out.json(answer);
    else printPlan(call.out, answer);
    return 0;
  }
  const done = await ask(`/api/modules/${name}/config`, {
    method: "PUT",
    body: {
      edits,
      base,
      alone: call.on("alone"),
      ...(note ? { note } : {}),
    },
    answer: installationAnswer,
  });
  return applied(call, done);
}

export async function history(
  call: Call,
  ask: Ask,
  name: string,
): Promise<number> {
  const { revisions } = await ask(`/api/modules/${name}/config/history`, {
    answer: historyAnswer,
  });
  if (call.on("json")) {
    call.out.json({ module: name, revisions });
    return 0;
  }
  if (revisions.length === 0) {
    call.out.line(`${name} was not changed since it was installed.`);
    return 0;
  }
  call.out.table([
    ["NUMBER", "SINCE", "BY", "CHANGED"],
    ...revisions.map(({ number, at, by, note }, index) => [
      index === 0 ? `${number} (in force)` : String(number),
      at.slice(0, 19).replace("T", " "),
      by,
      note,
    ]),
  ]);
  return 0;
}

export async function rollback(
  call: Call,
  ask: Ask,
  name: string,
): Promise<number> {
  const wanted = call.args[2];
  if (wanted !== undefined && !/^[1-9]\d{0,8}$/.test(wanted)) {
    throw new UsageError(
      `hakit module rollback: "${wanted}" is no number, expected one of "hakit module history ${name}"`,
    );
  }
  const revision = wanted === undefined ? undefined : Number(wanted);
  if (call.on("plan")) {
    const { revisions } = await ask(`/api/modules/${name}/config/history`, {
      answer: historyAnswer,
    });
    const number = revision ?? revisions[1]?.number;
    if (number === undefined) {
      throw new UsageError(`${name} has no earlier configuration`);
    }
    const answer = await ask(`/api/modules/${name}/config/plan`, {
      method: "POST",
      body: { revision: number },
      answer: planAnswer,
    });
    if (call.on("json")) call.out.json(answer);
    else printPlan(call.out, answer);
    return 0;
  }
  const done = await ask(`/api/modules/${name}/config/rollback`, {
    method: "POST",
    body: {
      alone: call.on("alone"),
      ...(revision === undefined ? {} : { revision }),
    },
    answer: installationAnswer,
  });
  return applied(call, done);
}

/** What came of it. */
export function applied(
  call: Call,
  done: z.infer<typeof installationAnswer>,
): number {
  const { out } = call;
  if (call.on("json")) {
    out.json(done);
    return 0;
  }
  const { module, revision, installed, pending, plan } = done;
  if (revision === null) {
    out.line(`Nothing changes: ${module} has this configuration already.`);
    return 0;
  }
  printEffects(out, plan);
  out.line(
    `Configuration ${revision} of ${module} is in force on ${
      installed.join(" and ")
    }` +
      (pending.length > 0
        ? `; ${pending.join(" and ")} gets it when it answers.`
        : "."),
  );
  return 0;
}

const HOW: Readonly<{ [how in How]: string }> = {
  live: "at once",
  next: "next run",
  stop: "needs stop",
};

function printPlan(
  out: Output,
  { module, plan, refusal }: z.infer<typeof planAnswer>,
): void {
  if (plan.how === null) {
    out.line(`Nothing changes: ${module} has this configuration already.`);
    return;
  }
  for (const { path, change, lines } of plan.files) {
    out.line(out.style("bold", `${path}  (${change})`));
    for (const { kind, text } of lines) {
      const line = `  ${kind}${kind === "@" ? " " : ""}${text}`;
      if (kind === "+") out.line(out.style("green", line));
      else if (kind === "-") out.line(out.style("red", line));
      else out.line(kind === "@" ? out.style("dim", line) : line);
    }
  }
  out.line();
  printEffects(out, plan);
  out.line(
    refusal === null
      ? `Can be applied now: nothing ${
        plan.how === "stop" ? "runs that it would disturb" : "stops for it"
      }.`
      : `Cannot be applied now: ${refusal}`,
  );
}

function printEffects(out: Output, { effects }: Plan): void {
  out.table(effects.map(({ part, how, text }) => [part, HOW[how], text]));
}

async function read(source: string): Promise<string> {
  if (source === "-") return await new Response(Deno.stdin.readable).text();
  return await Deno.readTextFile(source).catch((error) => {
    throw new UsageError(`Cannot read "${source}": ${error.message}`);
  });
}
