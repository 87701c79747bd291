/** The checker of K3s' certificates, with certificates of openssl. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { command } from "../../src/system/command.ts";

const MODULE = join(import.meta.dirname!, "..", "..", "modules", "k3s");

async function certificate(file: string, days: number): Promise<void> {
  await command([
    ...["openssl", "req", "-x509", "-newkey", "ec", "-nodes"],
    ...["-pkeyopt", "ec_paramgen_curve:prime256v1", "-subj", "/CN=k3s"],
    ...["-days", String(days), "-keyout", "/dev/null", "-out", file],
  ]);
}

async function check(data: string) {
  const { code, stderr } = await new Deno.Command(
    join(MODULE, "bin", "check_certificates"),
    {
      env: {
        HAKIT_MODULE_DIR: MODULE,
        STORAGE: data,
        EXPORT: data,
        K3S_DATA: data,
      },
      stdin: "null",
    },
  ).output();
  return { code, text: new TextDecoder().decode(stderr).trim() };
}

Deno.test("check_certificates names the first of K3s' certificates to end within two months", async () => {
  const data = await Deno.makeTempDir();
  try {
    assert.deepEqual(await check(data), {
      code: 75,
      text: "K3s is not set up yet",
    });
    const tls = join(data, "server", "tls");
    await Deno.mkdir(tls, { recursive: true });
    await Deno.mkdir(join(data, "agent"));
    await certificate(join(tls, "server-ca.crt"), 3650);
    await certificate(join(tls, "client-admin.crt"), 61);
    assert.deepEqual(await check(data), { code: 0, text: "" });

    await certificate(join(tls, "client-admin.crt"), 59);
    await certificate(join(data, "agent", "serving-kubelet.crt"), 20);
    const { code, text } = await check(data);
    assert.equal(code, 1);
    const date = new Date(Date.now() + 20 * 86_400_000).toISOString();
    assert.ok(
      text.startsWith(
        `K3s' certificate serving-kubelet.crt ends on ${
          date.slice(0, 10)
        } (2 of 3 end soon): systemctl restart k3s`,
      ),
      text,
    );
  } finally {
    await Deno.remove(data, { recursive: true });
  }
});
