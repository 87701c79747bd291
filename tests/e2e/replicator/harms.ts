/** A machine in the middle that harms what passes it, once a connection: the session ends with the line that is expected, and no other way. */
import { ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { equalCopies, exercisePair, later } from "./on_pair.ts";
import type { Pair } from "./pair.ts";
import { sleep } from "./replicator_process.ts";
import { shell } from "./shell.ts";

const PORT = 5600;
const PROXY = new URL("./harmful_proxy.ts", import.meta.url).pathname;
/** Far into the session: the copies are level by then. */
const HARM_AFTER = 20_000;

export interface Harm {
  readonly harm: string;
  /** Which node says so in its log. */
  readonly by: 0 | 1;
  readonly said: RegExp;
  /** It is said once. Of what the agents, about to go on alone, end themselves there may be more. */
  readonly once?: boolean;
}

/** `unit`: what is harmed as a whole. The pair dials through the proxy, and is level again after each harm. */
export async function sufferHarms(
  pair: Pair,
  unit: "frames" | "records",
  harms: readonly Harm[],
): Promise<void> {
  const { primary, secondary } = pair;
  const proxy = new Deno.Command("nsenter", {
    args: [
      ...[`--net=/run/netns/${primary.namespace}`, Deno.execPath()],
      ...["run", "-A", "--quiet", PROXY, unit],
      ...[primary.address, secondary.address, String(PORT)],
      ...[String(HARM_AFTER), ...harms.map(({ harm }) => harm)],
    ],
    stdout: "piped",
  }).spawn();
  let harmed = "";
  const reading = later(
    proxy.stdout.pipeThrough(new TextDecoderStream())
      .pipeTo(new WritableStream({ write: (text) => void (harmed += text) })),
  );
  try {
    await sleep(1500);
    await pair.begin();
    pair.keep();
    for (const [i, { harm, by, said, once = false }] of harms.entries()) {
      const file = join(pair.root, `${pair.nodes[by].name}.log`);
      const ends = async () =>
        (await Deno.readTextFile(file)).split("\n")
          .filter((line) => line.includes("session ended"));
      const before = (await ends()).length;
      for (let n = 0; harmed.split("\n").length <= i + 1; n++) {
        ok(n < 2000, `${harm} was not done`);
        await shell(
          `head -c 4000 /dev/zero > '${primary.data}/f${i}-${n % 20}'`,
        );
      }
      const expected = async () =>
        (await ends()).slice(before).filter((line) => said.test(line));
      for (let n = 0; n < 200 && (await expected()).length === 0; n++) {
        // The next one shows what the last one did not.
        await shell(`echo ${n} > '${primary.data}/after${i}'`);
        await sleep(50);
      }
      const lines = await expected();
      ok(lines.length > 0, `${harm}: ${await pair.said()}`);
      if (once) strictEqual(lines.length, 1, lines.join("\n"));
      await pair.mirrored();
      for (const { replicator } of pair.nodes) {
        strictEqual(replicator.running, true);
      }
    }
    await exercisePair(pair, { operations: 600 });
    await equalCopies(pair);
  } finally {
    proxy.kill("SIGKILL");
    await proxy.status;
    await reading.catch(() => {});
  }
}
