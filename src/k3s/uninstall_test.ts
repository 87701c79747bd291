import assert from "node:assert/strict";
import { join } from "node:path";
import type { AgentApi } from "../cli/agent_api.ts";
import type { Kept } from "../cluster/kept.ts";
import { places } from "../cluster/places.ts";
import { K3S } from "./files.ts";
import { dataOf, type Own, ownOn, uninstallSteps } from "./uninstall.ts";

async function inFolder(
  test: (
    world: ReturnType<typeof worldIn>,
    folder: string,
  ) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(worldIn(folder), folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function worldIn(folder: string) {
  const at = (name: string) => join(folder, name);
  const paths = {
    ...{ etc: at("etc"), state: at("state"), run: at("run"), log: at("log") },
  };
  return { paths, at: places(paths) };
}

const KEPT = { storage: "/srv/storage" } as Kept;
const OTHERS: Own = { k3s: false, data: false };

Deno.test("ownOn() takes K3s for hakit's by its list of files or its unit, and nobody else's", async () => {
  await inFolder(async ({ at }, folder) => {
    const unit = join(folder, "k3s.service");
    assert.deepEqual(await ownOn(at, null, unit), OTHERS);
    await Deno.writeTextFile(
      unit,
      "[Unit]\nDescription=Lightweight Kubernetes\n",
    );
    assert.deepEqual(await ownOn(at, null, unit), OTHERS);
    await Deno.writeTextFile(
      unit,
      "[Unit]\nDescription=K3s, started and stopped by hakit's module k3s\n",
    );
    assert.deepEqual(await ownOn(at, null, unit), { k3s: true, data: false });
    await Deno.remove(unit);
    assert.deepEqual(await ownOn(at, KEPT, unit), { k3s: false, data: true });
    await Deno.mkdir(join(folder, "etc"));
    await Deno.writeTextFile(at.k3sFiles, "[]");
    assert.equal((await ownOn(at, null, unit)).k3s, true);
    // Of an uninstall that left the data.
    await Deno.writeTextFile(at.k3sToken, "secret");
    assert.equal((await ownOn(at, null, unit)).data, true);
  });
});

Deno.test("dataOf() leaves the data of a MariaDB and a K3s that are not hakit's", async () => {
  await inFolder(({ paths, at }) => {
    const others = dataOf({ paths, at, kept: null, own: OTHERS });
    assert.deepEqual(others.folders, []);
    assert(
      others.others.every((path) =>
        path.startsWith(paths.etc) || path === paths.state
      ),
    );
    const own = dataOf({
      paths,
      at,
      kept: KEPT,
      own: { k3s: true, data: true },
    });
    assert.deepEqual(own.folders, ["/var/lib/mysql", "/srv/storage"]);
    for (const path of [K3S.data, K3S.config, "/var/lib/kubelet"]) {
      assert(own.others.includes(path));
    }
    return Promise.resolve();
  });
});

Deno.test("uninstallSteps() leaves somebody else's K3s and a person's modules", async () => {
  await inFolder(async ({ paths, at }) => {
    const own = join(paths.etc, "modules", "own", "bin", "start_prim");
    for (const file of [own, join(at.module, "module.yaml")]) {
      await Deno.mkdir(join(file, ".."), { recursive: true });
      await Deno.writeTextFile(file, "#!/bin/bash");
    }
    const steps = uninstallSteps({
      ...{ paths, at, kept: null, own: OTHERS, data: false },
      api: {} as AgentApi,
      firewall: {
        hasRules: () => Promise.resolve(false),
        close: () => Promise.resolve(),
      },
    });
    const step = (name: string) => steps.find((each) => each.name === name)!;
    assert.equal(await step("K3s removed").done(), "not installed by hakit");
    await step("Cluster files").do(() => {});
    assert.equal(await Deno.readTextFile(own), "#!/bin/bash");
    await assert.rejects(Deno.stat(at.module), Deno.errors.NotFound);
    await Deno.remove(join(paths.etc, "modules", "own"), { recursive: true });
    await step("Cluster files").do(() => {});
    await assert.rejects(Deno.stat(join(paths.etc, "modules")));
  });
});
