/** The levels of `tests/run`: which there are, whether this machine can run them, and what came of them. */
import { join } from "node:path";
import { exists } from "../src/system/files.ts";
import { failures, leftOut, mayRunAgain, tally } from "./tally.ts";

interface Level {
  readonly name: string;
  /** Each a program with arguments, run in the project's folder. */
  readonly commands: readonly (readonly string[])[];
  /** A command counts as one test, by its exit code; otherwise its closing line is counted. */
  readonly each?: true;
  /**
   * Real processes and clocks on a machine of which we do not know what else it does: what failed and speaks neither of data nor of two
   * primaries is run once more. It counts by its second run, and is named. A simulated life is the same both times: only what the machine
   * did to it can end otherwise.
   */
  readonly twice?: true;
  /** Why this machine cannot; null: it can. */
  readonly obstacle?: () => Promise<string | null>;
  readonly env?: Readonly<{ [name: string]: string }>;
  /** Minutes for each command; at the limit it is ended and has failed. */
  readonly limit: number;
}

const root = join(import.meta.dirname!, "..");
const test = (...paths: string[]) => ["deno", "test", "-A", ...paths];
/** A process for each file: one that hangs or dies takes no other with it. "style" has checked their types. */
const eachFile = (folder: string) =>
  testFiles(folder).map((path) => test("--no-check", path));

const LEVELS: readonly Level[] = [
  {
    name: "style",
    each: true,
    commands: [
      ["deno", "fmt", "--check", "--quiet"],
      ["deno", "lint", "--quiet"],
      ["deno", "check", "--quiet", "main.ts", "src", "tests"],
    ],
    limit: 5,
  },
  {
    name: "unit",
    commands: [
      test(
        "src",
        "tests/build",
        "tests/lint_test.ts",
        "tests/tally_test.ts",
        "tests/fixtures_test.ts",
        "tests/readme_test.ts",
      ),
    ],
    twice: true,
    limit: 15,
  },
  { name: "scenarios", commands: [test("tests/scenarios")], limit: 5 },
  {
    name: "simulation",
    commands: eachFile("tests/simulation"),
    twice: true,
    limit: 10,
  },
  {
    name: "build",
    each: true,
    commands: [["deno", "task", "build"], ["dist/hakit", "version"]],
    limit: 5,
  },
  { name: "k3s", commands: [test("tests/k3s")], limit: 5 },
  {
    name: "e2e",
    commands: eachFile("tests/e2e"),
    twice: true,
    obstacle: namespacesAndFuse,
    limit: 15,
  },
  {
    name: "console",
    commands: eachFile("tests/console"),
    twice: true,
    obstacle: chromium,
    limit: 10,
  },
  {
    name: "servers",
    commands: [["tests/servers/run"]],
    obstacle: emulator,
    limit: 80,
  },
];

function testFiles(folder: string): string[] {
  return [...Deno.readDirSync(join(root, folder))].flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) return testFiles(path);
    return entry.name.endsWith("_test.ts") ? [path] : [];
  }).sort();
}

async function namespacesAndFuse(): Promise<string | null> {
  if (Deno.uid() !== 0) return "needs root";
  if (!await exists("/dev/fuse")) return "/dev/fuse is missing";
  const name = `hakit-probe-${Deno.pid}`;
  if (!await succeeds("ip", "netns", "add", name)) {
    return "cannot make network namespaces";
  }
  await succeeds("ip", "netns", "delete", name);
  return null;
}

async function chromium(): Promise<string | null> {
  return await exists("/usr/bin/chromium") ? null : "chromium is not installed";
}

/** Booting servers without hardware virtualization takes many minutes: only when asked for. */
async function emulator(): Promise<string | null> {
  if (Deno.uid() !== 0) return "needs root";
  if (Deno.args.includes("servers") || Deno.env.get("HAKIT_SERVERS") === "1") {
    return null;
  }
  // The file alone says little: nested virtualization without these flags does not start an ordinary kernel.
  const flags = await Deno.readTextFile("/proc/cpuinfo");
  return /\b(vmx|svm)\b/.test(flags) && await exists("/dev/kvm")
    ? null
    : 'no KVM; "tests/run servers" runs it in slow emulation';
}

async function succeeds(program: string, ...args: string[]): Promise<boolean> {
  const command = new Deno.Command(program, {
    args,
    cwd: root,
    stdout: "null",
    stderr: "null",
  });
  return await command.output().then(({ success }) => success, () => false);
}

interface Outcome {
  passed: number;
  failed: number;
  readonly errors: string[];
  /** Ended at its time limit, which says nothing of why. */
  readonly tooLate?: boolean;
  /** Of what passed at its second run only. */
  readonly first: string[];
  readonly leftOut: string[];
}

const none = (): Outcome => ({
  passed: 0,
  failed: 0,
  errors: [],
  first: [],
  leftOut: [],
});

/** Runs one command, showing its output as it comes; the time limit ends its whole process group. */
async function execute(
  level: Level,
  [program, ...args]: readonly string[],
): Promise<Outcome> {
  const path = program!.includes("/") ? join(root, program!) : program!;
  const child = new Deno.Command(path, {
    args,
    cwd: root,
    env: { ...level.env, NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
    detached: true,
  }).spawn();
  const tooLate: string[] = [];
  const timer = setTimeout(() => {
    tooLate.push(
      `"${args.at(-1)}" not done after ${level.limit} minutes, ended`,
    );
    Deno.kill(-child.pid, "SIGKILL");
  }, level.limit * 60_000);
  let output = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    Deno.stdout.writeSync(chunk);
    output += decoder.decode(chunk, { stream: true });
  }
  const { success } = await child.status;
  clearTimeout(timer);
  if (level.each) {
    const passed = Number(success);
    return { ...none(), passed, failed: 1 - passed, errors: tooLate };
  }
  return {
    ...none(),
    ...tally(output, success),
    errors: [...failures(output), ...tooLate],
    tooLate: tooLate.length > 0,
    leftOut: leftOut(output),
  };
}

/** As `execute`; what may be the machine's doing, a second time. */
async function attempt(
  level: Level,
  command: readonly string[],
): Promise<Outcome> {
  const outcome = await execute(level, command);
  const { failed, errors, tooLate } = outcome;
  const mayEndWell = !tooLate && mayRunAgain(failed, errors);
  if (!level.twice || failed === 0 || !mayEndWell) return outcome;
  say(`\n${level.name}: ${command.at(-1)} is run once more`);
  const second = await execute(level, command);
  return second.failed > 0 ? second : { ...second, first: errors };
}

function add(sum: Outcome, other: Outcome): void {
  sum.passed += other.passed;
  sum.failed += other.failed;
  sum.errors.push(...other.errors);
  sum.first.push(...other.first);
  sum.leftOut.push(...other.leftOut);
}

function say(text: string): void {
  // deno-lint-ignore no-console -- this is the test runner's own output
  console.log(text);
}

async function main(wanted: readonly string[]): Promise<number> {
  const names = LEVELS.map((level) => level.name);
  const stranger = wanted.find((name) => !names.includes(name));
  if (stranger !== undefined) {
    say(`unknown level "${stranger}", expected ${names.join(", ")}`);
    return 2;
  }
  // Every level imports it.
  if (!await succeeds("deno", "task", "--quiet", "client")) {
    say("the console's script cannot be bundled: deno task client");
    return 1;
  }
  const total = none();
  const summary: string[] = [];
  for (const level of LEVELS) {
    if (wanted.length > 0 && !wanted.includes(level.name)) continue;
    const obstacle = await level.obstacle?.() ?? null;
    if (obstacle !== null) {
      summary.push(`${level.name}: left out, ${obstacle}`);
      continue;
    }
    say(`\n== ${level.name}`);
    const began = performance.now();
    const counts = none();
    for (const command of level.commands) {
      add(counts, await attempt(level, command));
    }
    add(total, counts);
    const took = ((performance.now() - began) / 1000).toFixed(0);
    const again = counts.first.length;
    summary.push(
      `${level.name}: ${counts.passed} passed, ${counts.failed} failed, ${took} s` +
        (again > 0 ? `, ${again} passed at the second run only` : ""),
    );
  }
  for (const name of total.leftOut) say(`left out: ${name}`);
  for (const error of total.first) {
    say(`\n== passed at its second run only: ${error}`);
  }
  for (const error of total.errors) say(`\n== failed: ${error}`);
  say(`\n${summary.join("\n")}`);
  say(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
