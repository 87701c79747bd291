import assert from "node:assert/strict";
import { aptProxy } from "./apt_proxy.ts";
import { command } from "./command.ts";

Deno.test("aptProxy() tells apt the proxy by a file of mode 0600 that goes afterwards", async () => {
  assert.deepEqual((await aptProxy(undefined)).options, []);
  const proxy = "http://corp:S3cr3t@proxy.local:3128";
  let file = "";
  {
    await using through = await aptProxy(proxy);
    assert(!through.options.join(" ").includes("S3cr3t"));
    file = through.options[1]!;
    assert.equal((await Deno.stat(file)).mode! & 0o777, 0o600);
    const { stdout } = await command([
      ...["apt-config", ...through.options],
      ...["dump", "--format", "%f=%v%n", "Acquire"],
    ]);
    for (const scheme of ["http", "https"]) {
      assert(stdout.includes(`Acquire::${scheme}::Proxy=${proxy}\n`), stdout);
    }
  }
  await assert.rejects(Deno.stat(file), Deno.errors.NotFound);
});
