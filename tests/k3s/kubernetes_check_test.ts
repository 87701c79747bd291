/** The checkers that ask Kubernetes, with answers as the real kubectl prints them. */
import assert from "node:assert/strict";
import { join } from "node:path";

const K3S = join(import.meta.dirname!, "..", "..", "modules", "k3s");
const CANNOT_TELL = 75;

/** Runs a checker; its kubectl prints `answer` and ends with `code`. */
async function check(
  script: string,
  answer: string,
  { code = 0, env = {} }: {
    readonly code?: number;
    readonly env?: { readonly [name: string]: string };
  } = {},
): Promise<{ readonly code: number; readonly text: string }> {
  const { asked: _, ...said } = await ask(script, answer, { code, env });
  return said;
}

/** The same, with what kubectl was asked. */
async function ask(
  script: string,
  answer: string,
  { code, env }: {
    readonly code: number;
    readonly env: { readonly [name: string]: string };
  },
) {
  const home = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(join(home, "answer"), answer);
    await Deno.writeTextFile(join(home, "kubeconfig"), "");
    await Deno.writeTextFile(
      join(home, "k3s"),
      `#!/bin/sh
[ "$1" = kubectl ] || exit 9
echo "$* NO_PROXY=$NO_PROXY" >"${home}/asked"
echo 'E1126 21:40:01.184275 memcache.go:287] "Unhandled Error" err="couldn'"'"'t get resource list for metrics.k8s.io/v1beta1"' >&2
[ ${code} = 0 ] || exec >&2
cat "${home}/answer"
exit ${code}
`,
      { mode: 0o755 },
    );
    const output = await new Deno.Command(join(K3S, "bin", script), {
      env: {
        HAKIT_MODULE_DIR: K3S,
        HAKIT_NODE: "node1",
        HAKIT_PEER: "node2",
        HAKIT_ROLE: "PRIM",
        HAKIT_VIP: "10.0.0.100",
        STORAGE: home,
        EXPORT: home,
        K3S: join(home, "k3s"),
        KUBECONFIG: join(home, "kubeconfig"),
        ...env,
      },
      stdin: "null",
      stderr: "piped",
      stdout: "piped",
    }).output();
    const decoder = new TextDecoder();
    const text = decoder.decode(output.stdout) + decoder.decode(output.stderr);
    const asked = await Deno.readTextFile(join(home, "asked")).catch(() => "");
    return { code: output.code, text: text.trim(), asked };
  } finally {
    await Deno.remove(home, { recursive: true });
  }
}

const NODES = `node1   Ready    control-plane,master   3d    v1.33.5+k3s1
node2   Ready    control-plane,master   3d    v1.33.5+k3s1
agent7  NotReady <none>                 1d    v1.33.5+k3s1
`;

Deno.test("check_nodes wants both nodes Ready and taking pods, and no third one", async () => {
  assert.deepEqual(await check("check_nodes", NODES), { code: 0, text: "" });
  const closed = NODES.replace(
    "node2   Ready ",
    "node2   Ready,SchedulingDisabled ",
  );
  assert.deepEqual(await check("check_nodes", closed), {
    code: 1,
    text: "node2 is Ready,SchedulingDisabled",
  });
  const none = NODES.replace(/^node2.*\n/m, "").replace(
    "node1   Ready",
    "node1   NotReady",
  );
  assert.equal(
    (await check("check_nodes", none)).text,
    "node1 is NotReady; node2 is not a node of Kubernetes",
  );
});

Deno.test("check_nodes leaves out the other node while this one is ALONE", async () => {
  const gone = NODES.replace("node2   Ready", "node2   NotReady");
  assert.equal((await check("check_nodes", gone)).code, 1);
  const alone = { env: { HAKIT_ROLE: "ALONE" } };
  assert.equal((await check("check_nodes", gone, alone)).code, 0);
});

Deno.test("a checker that gets no answer about something else than the API cannot tell", async () => {
  const refused =
    "E1125 memcache.go:265\nThe connection to the server 10.0.0.100:6443 was refused";
  for (
    const script of ["check_nodes", "check_provisioner", "check_local_volumes"]
  ) {
    const { code, text } = await check(script, refused, { code: 1 });
    assert.equal(code, CANNOT_TELL, script);
    assert.match(text, /was refused$/);
  }
  const { code, text } = await check("check_api", refused, { code: 1 });
  assert.equal(code, 1);
  assert.match(text, /not ready: The connection .* was refused$/);
  assert.equal((await check("check_api", "ok")).code, 0);
});

Deno.test("checkers ask the virtual address with K3s' own kubeconfig, whose certificate K3s renews", async () => {
  const asked = async (vip: string) =>
    (await ask("check_api", "ok", { code: 0, env: { HAKIT_VIP: vip } })).asked;
  assert.match(
    await asked("10.0.0.100"),
    /kubeconfig --cache-dir=\/run\/hakit\/kubectl --server=https:\/\/10\.0\.0\.100:6443 get/,
  );
  assert.match(await asked("fd00::9"), /--server=https:\/\/\[fd00::9\]:6443 /);
  const library = await Deno.readTextFile(join(K3S, "lib", "kubectl.sh"));
  assert.match(library, /KUBECONFIG:=\/etc\/rancher\/k3s\/k3s\.yaml\}/);
});

Deno.test("checkers ask the virtual address without the proxy that the agent's environment may name", async () => {
  const { asked } = await ask("check_api", "ok", {
    code: 0,
    env: { HTTPS_PROXY: "http://10.9.9.9:3128", NO_PROXY: "localhost" },
  });
  assert.match(asked, / NO_PROXY=\*$/m);
});

Deno.test("checkers say nothing is known before K3s is set up", async () => {
  const env = { K3S: "/nowhere/k3s" };
  for (
    const script of [
      ...["check_api", "check_nodes", "check_provisioner"],
      "check_local_volumes",
    ]
  ) {
    assert.equal((await check(script, "", { env })).code, CANNOT_TELL, script);
  }
});

Deno.test("check_provisioner counts", async () => {
  const row = (ready: string) =>
    `nfs-client-provisioner   ${ready}     1            1           3d\n`;
  assert.equal((await check("check_provisioner", row("1/1"))).code, 0);
  const { code, text } = await check("check_provisioner", row("0/1"));
  assert.equal(code, 1);
  assert.match(text, /new volumes wait: 0\/1/);
});

Deno.test("check_local_volumes names claims on one server's own disk", async () => {
  const rows = [
    "shop   data-database-0   <none>   <none>",
    "shop   cache   /var/lib/rancher/k3s/storage/pvc-1   <none>",
    "logs   disk   <none>   /mnt/disks/one",
    "<none>   <none>   /srv/unbound   <none>",
  ].join("\n");
  const { code, text } = await check("check_local_volumes", rows);
  assert.equal(code, 1);
  assert.match(text, /own disk: shop\/cache logs\/disk \(2 in all\)/);
  assert.equal(
    (await check("check_local_volumes", rows.split("\n")[0]!)).code,
    0,
  );
  assert.equal(
    (await check("check_local_volumes", "No resources found")).code,
    0,
  );
});
