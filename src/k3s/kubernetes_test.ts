import assert from "node:assert/strict";
import { join } from "node:path";
import { kubectlLine } from "./kubectl.ts";
import { renewKubeconfig } from "./kubernetes.ts";

Deno.test("kubectlLine() depends on nothing that a shell or a unit has, or lacks", () => {
  assert.deepEqual(kubectlLine(["get", "nodes"]), [
    ...["/usr/local/bin/k3s", "kubectl"],
    "--kubeconfig=/etc/rancher/k3s/k3s.yaml",
    ...["--cache-dir=/run/hakit/kubectl", "get", "nodes"],
  ]);
});

Deno.test("renewKubeconfig() copies K3s' new certificate, through the virtual address, and makes no copy by itself", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const files = {
      from: join(folder, "k3s.yaml"),
      to: join(folder, "kubeconfig.yaml"),
      vip: "10.0.0.100",
    };
    const own = (certificate: string) =>
      Deno.writeTextFile(
        files.from,
        `server: https://127.0.0.1:6443\nclient-certificate-data: ${certificate}\n`,
      );
    assert.equal(await renewKubeconfig(files), false);
    await own("old");
    assert.equal(await renewKubeconfig(files), false);
    await Deno.writeTextFile(files.to, "");
    assert.equal(await renewKubeconfig(files), true);
    await own("new");
    assert.equal(await renewKubeconfig(files), true);
    assert.equal(await renewKubeconfig(files), false);
    assert.equal(
      await Deno.readTextFile(files.to),
      "server: https://10.0.0.100:6443\nclient-certificate-data: new\n",
    );
    assert.equal((await Deno.stat(files.to)).mode! & 0o777, 0o600);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
