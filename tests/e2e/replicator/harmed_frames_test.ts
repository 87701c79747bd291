/** A trusted link that does not carry what it was given: a bad cable, a broken network card. No frame of it is taken for good. */
import { ok, strictEqual } from "node:assert/strict";
import { join } from "node:path";
import { equalCopies, exercisePair, later, onPair } from "./on_pair.ts";
import type { Node, Pair } from "./pair.ts";
import { sleep } from "./replicator_process.ts";
import { shell } from "./shell.ts";

const PORT = 5600;
const PROXY = new URL("./harmful_proxy.ts", import.meta.url).pathname;
/** The copies are level by then. */
const HARM_AFTER = 20_000;
const CHECKSUM = /frame with a wrong checksum/,
  ORDER = /operation \d+ after \d+/;
const HARMS: readonly {
  readonly harm: string;
  readonly by: 0 | 1;
  readonly said: RegExp;
}[] = [
  { harm: "there:flip", by: 1, said: CHECKSUM },
  { harm: "there:insert", by: 1, said: CHECKSUM },
  { harm: "there:repeat", by: 1, said: ORDER },
  { harm: "there:drop", by: 1, said: ORDER },
  { harm: "there:cut", by: 1, said: /closed the connection|ECONNRESET/ },
  { harm: "back:flip", by: 0, said: CHECKSUM },
];

async function ends(pair: Pair, node: Node): Promise<string[]> {
  const text = await Deno.readTextFile(join(pair.root, `${node.name}.log`));
  return text.split("\n").filter((line) => line.includes("session ended"));
}

onPair({
  name: "frames are changed, added, repeated, lost or cut on a trusted link",
  idle: true,
  trusted: true,
  config: [{ dial: ["10.177.0.1"] }, {}],
  async run(pair) {
    const { primary, secondary } = pair;
    const proxy = new Deno.Command("nsenter", {
      args: [
        ...[`--net=/run/netns/${primary.namespace}`, Deno.execPath()],
        ...["run", "-A", "--quiet", PROXY, "frames"],
        ...[primary.address, secondary.address, String(PORT)],
        ...[String(HARM_AFTER), ...HARMS.map(({ harm }) => harm)],
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
      for (const [i, { harm, by, said }] of HARMS.entries()) {
        const node = pair.nodes[by];
        const before = (await ends(pair, node)).length;
        for (let n = 0; harmed.split("\n").length <= i + 1; n++) {
          ok(n < 2000, `${harm} was not done`);
          await shell(
            `head -c 4000 /dev/zero > '${primary.data}/f${i}-${n % 20}'`,
          );
        }
        const ended = async () =>
          (await ends(pair, node)).slice(before).some((line) =>
            said.test(line)
          );
        for (let n = 0; n < 200 && !await ended(); n++) {
          // The next frame shows what the last one did not.
          await shell(`echo ${n} > '${primary.data}/after${i}'`);
          await sleep(50);
        }
        ok(await ended(), `${harm}: ${await pair.said()}`);
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
  },
});
