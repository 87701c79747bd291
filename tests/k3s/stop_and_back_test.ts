/** How module k3s stops K3s and takes its node back: the real libraries, with a systemd and pods that only say what is done to them. */
import assert from "node:assert/strict";
import { join } from "node:path";

const K3S = join(import.meta.dirname!, "..", "..", "modules", "k3s");

interface World {
  readonly k3s: "active" | "inactive";
  readonly datastore?: "runs" | "stopped";
  readonly env?: { readonly [name: string]: string };
}

/** What `call`, a function of the libraries, prints, does and ends with, as a script with these arguments. */
async function does(
  call: string,
  words: readonly string[],
  { k3s, datastore = "runs", env = {} }: World,
): Promise<{ readonly code: number; readonly did: readonly string[] }> {
  const home = await Deno.makeTempDir();
  try {
    const program = (name: string, text: string) =>
      Deno.writeTextFile(join(home, name), `#!/bin/bash\n${text}\n`, {
        mode: 0o755,
      });
    await program(
      "systemctl",
      `case "$*" in
        "-q is-active k3s") [[ $(<"${home}/k3s") == active ]] ;;
        "-q kill --kill-who=main k3s") echo "kills K3s"; echo inactive >"${home}/k3s" ;;
        "stop k3s") echo "stops K3s"; echo inactive >"${home}/k3s" ;;
      esac`,
    );
    await program(
      "hakit",
      `echo "$* with DRAIN_SECONDS=$DRAIN_SECONDS" >>"${home}/hakit-did"`,
    );
    await program("setsid", `[[ $1 == flock ]] && shift 3; "$@"`);
    await Deno.writeTextFile(join(home, "k3s"), k3s + "\n");
    await Deno.writeTextFile(join(home, "hakit-did"), "");
    const text = `
      for name in common database nfs k3s; do . "$HAKIT_MODULE_DIR/lib/$name.sh"; done
      pods_stop() { echo "stops pods\${1:+ within $1 s}"; }
      nfs_client_name() { :; }
      nfs_threads() { [[ ${datastore} == runs ]]; }
      no_database() { [[ ${datastore} == stopped ]]; }
      ${call}
      code=$?
      wait
      exit $code`;
    const { code, stdout, stderr } = await new Deno.Command("bash", {
      args: ["-c", text, "script", ...words],
      env: {
        PATH: `${home}:${Deno.env.get("PATH")}`,
        HAKIT_MODULE_DIR: K3S,
        STORAGE: home,
        EXPORT: home,
        HAKIT: join(home, "hakit"),
        DRAIN: "stop swap",
        ...env,
      },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    const lines = (await Deno.readTextFile(join(home, "hakit-did")) +
      decoder.decode(stderr) + decoder.decode(stdout)).split("\n");
    return { code, did: lines.filter((line) => line !== "") };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

const STOP = ["PRIM", "WAIT", "stop"];
const FINISH = ["force", "WAIT", "STOP", "stop"];

Deno.test("k3s_stop asks pods to leave, then stops K3s and what stayed", async () => {
  assert.deepEqual(await does("k3s_stop", STOP, { k3s: "active" }), {
    code: 0,
    did: [
      "k3s-node leave with DRAIN_SECONDS=60",
      "stops K3s",
      "stops pods",
    ],
  });
});

Deno.test("pods_end has K3s end first, and gives pods their time", async () => {
  assert.deepEqual(await does("pods_end 45", [], { k3s: "active" }), {
    code: 0,
    did: ["kills K3s", "stops pods within 45 s"],
  });
});

Deno.test("k3s_stop at a shutdown, when systemd has stopped K3s and datastore, leaves pods until the address is given away", async () => {
  const world = { k3s: "inactive", datastore: "stopped" } as const;
  assert.deepEqual(await does("k3s_stop", STOP, world), { code: 0, did: [] });
  assert.deepEqual(
    await does("k3s_stop", ["force", ...STOP], world),
    { code: 0, did: [] },
  );
  assert.deepEqual(
    (await does("k3s_stop", FINISH, world)).did.at(-1),
    "stops pods",
  );
  // The other node may start them: they are not left to run.
  const succeeded = ["PRIM", "WAIT", "stopwait"];
  assert.deepEqual(
    (await does("k3s_stop", succeeded, world)).did.at(-1),
    "stops pods",
  );
});

Deno.test("k3s_stop takes DRAIN_SECONDS as 60 and 60s, and whatever it is stops K3s", async () => {
  for (
    const [given, seconds] of [["090", "90"], ["90s", "90"], [
      "0",
      "0",
    ]] as const
  ) {
    const { did } = await does("k3s_stop", STOP, {
      k3s: "active",
      env: { DRAIN_SECONDS: given },
    });
    assert.deepEqual(did, [
      `k3s-node leave with DRAIN_SECONDS=${seconds}`,
      "stops K3s",
      "stops pods",
    ]);
  }
  for (const given of ["1 minute", "-1", "1+x", "99999999999999999999"]) {
    const { code, did } = await does("k3s_stop", STOP, {
      k3s: "active",
      env: { DRAIN_SECONDS: given },
    });
    assert.equal(code, 0);
    assert.deepEqual(did, [
      "k3s-node leave with DRAIN_SECONDS=60",
      `DRAIN_SECONDS is "${given}", expected seconds such as 60, which are taken`,
      "stops K3s",
      "stops pods",
    ]);
  }
});

Deno.test("shim_pids finds K3s' own where its folder is a link to another disk, and nobody else's", async () => {
  const home = await Deno.makeTempDir();
  try {
    const disk = join(home, "disk");
    await Deno.mkdir(disk);
    await Deno.symlink(disk, join(home, "k3s"));
    const shim = join(disk, "containerd-shim-runc-v2");
    await Deno.copyFile("/bin/sleep", shim);
    await Deno.chmod(shim, 0o755);
    const child = new Deno.Command(shim, { args: ["60"] }).spawn();
    try {
      const found = async (folder: string) => {
        const env = { K3S_DATA: join(home, folder) };
        return (await does("shim_pids", [], { k3s: "active", env })).did;
      };
      assert.deepEqual(await found("k3s"), [`${child.pid}`]);
      assert.deepEqual(await found("other"), []);
      // As /var/lib/rancher/k3s where /var/lib/rancher is a link to a disk that is not mounted.
      assert.deepEqual(await found("away/k3s"), []);
    } finally {
      child.kill("SIGKILL");
      await child.status;
    }
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("node_lost goes by the witness also where this server alone came back from a power cut, and by a person's word as such", async () => {
  const arbiter = async (...words: readonly string[]) => {
    const { did } = await does('node_lost; echo "by $HAKIT_ARBITER"', words, {
      k3s: "inactive",
      env: { HAKIT_ARBITER: "witness" },
    });
    assert.deepEqual(did[0], "k3s-node lost with DRAIN_SECONDS=");
    return did[1];
  };
  assert.equal(await arbiter("SECOND", "ALONE", "start"), "by witness");
  assert.equal(await arbiter("WAIT", "ALONE", "start"), "by witness");
  assert.equal(await arbiter("WAIT", "ALONE", "prim"), "by person");
});

Deno.test("k3s_start takes the node back also where K3s ran on: a swap that was broken off had asked its pods to leave", async () => {
  const back = ["PRIM", "ALONE", "start"];
  assert.deepEqual(await does("k3s_start", back, { k3s: "active" }), {
    code: 0,
    did: ["k3s-node back with DRAIN_SECONDS=", "K3s runs already"],
  });
  assert.deepEqual((await does("k3s_start", back, { k3s: "inactive" })).did, [
    "k3s-node back with DRAIN_SECONDS=",
    "K3s starts",
  ]);
});
