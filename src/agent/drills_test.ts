import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { join } from "node:path";
import { sampleState } from "../../tests/console/sample.ts";
import { sleep } from "../system/clock.ts";
import { Drills } from "./drills.ts";

/** With a program in hakit's place. */
async function drill(
  script: string,
  use: (drills: Drills, ended: () => Promise<void>) => Promise<void>,
  state = sampleState(),
) {
  const folder = await Deno.makeTempDir({ prefix: "hakit-drill-" });
  try {
    const executable = join(folder, "hakit");
    await Deno.writeTextFile(executable, `#!/bin/sh\n${script}\n`, {
      mode: 0o755,
    });
    const drills = new Drills({
      executable,
      state: () => state,
      log: { info: () => {}, warning: () => {} },
    });
    const ended = async () => {
      for (let tries = 0; !drills.run?.over && tries < 500; tries++) {
        await sleep(20);
      }
      strictEqual(drills.run?.over, true);
    };
    await use(drills, ended);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("Drills runs the command, keeps what it says, and lets nobody begin a second one meanwhile", async () => {
  await drill('echo "$@"; sleep 0.2; echo Swapping', async (drills, ended) => {
    strictEqual(drills.run, null);
    drills.begin("user admin");
    throws(() => drills.begin("user admin"), { code: "busy" });
    strictEqual(drills.run!.over, false);
    await ended();
    deepStrictEqual(drills.run!.lines, ["drill k3s --swap", "Swapping"]);
  });
});

Deno.test("Drills says why a drill could not be done, and that one may be begun again", async () => {
  const script = 'echo "hakit: Cannot drill here: no image" >&2; exit 1';
  await drill(script, async (drills, ended) => {
    for (let times = 0; times < 2; times++) {
      drills.begin("user admin");
      await ended();
      strictEqual(drills.run!.problem, "Cannot drill here: no image");
    }
  });
});

Deno.test("Drills begins only on a node that is PRIM or SECOND", async () => {
  for (const role of ["ALONE", "WAIT", "STOP"] as const) {
    await drill("exit 1", (drills) => {
      throws(() => drills.begin("root"), {
        code: "refused",
        message: new RegExp(`this node is ${role}`),
      });
      strictEqual(drills.run, null);
      return Promise.resolve();
    }, sampleState({ role }));
  }
});
