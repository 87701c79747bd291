/** What first keeps and refuses when it is run again, and what uninstall leaves and removes, on a plain server. */
import assert from "node:assert/strict";
import { FIRST, HAKIT, obstacle, plainServer, PREREQ } from "./stick.ts";

const STORAGE = "/var/lib/hakit-k3s/storage";
const reason = await obstacle();
const options = {
  ignore: reason !== null,
  sanitizeOps: false,
};
const without = reason === null ? "" : ` (left out: ${reason})`;

Deno.test({
  ...options,
  name: `first again, uninstall, and uninstall --data after it${without}`,
  async fn() {
    await using server = await plainServer();
    const sh = async (text: string) =>
      (await server.run("bash", "-c", text)).text.trim();
    assert.equal((await server.run(...PREREQ)).code, 0);
    // The agent cannot run there: it ends at that step, with all before it made.
    assert.match((await server.run(...FIRST)).text, /hakit: hakit\.service: /);

    const late = await server.run(...FIRST, "--detection", "5s");
    assert.equal(late.code, 2, late.text);
    assert.match(late.text, /detection is not set here.*cluster\.yaml/);
    const proxy = ["--proxy", "http://proxy:3128"];
    const added = await server.run(...FIRST, ...proxy);
    assert.match(added.text, /! proxy was not set before/);
    assert.match(added.text, /Cluster: done/);
    assert.match(await sh("cat /etc/hakit/k3s.yaml"), /proxy: http:\/\/proxy/);
    assert.match(await sh("cat /etc/systemd/system/k3s.service.env"), /proxy:/);
    const again = await server.run(...FIRST, ...proxy);
    assert.match(again.text, /Cluster: already done/);
    assert(!again.text.includes("was not set before"), again.text);
    assert.equal(await sh("stat -c %a /etc/hakit/modules/k3s"), "700");

    const plain = await server.run(HAKIT, "uninstall");
    assert.equal(plain.code, 0, plain.text);
    assert.match(plain.text, new RegExp(`stays: .*${STORAGE}`));
    assert.equal(await sh("cat /etc/hakit/left-storage"), STORAGE);
    assert.equal(await sh(`ls ${STORAGE}`), "replicatedVolume");
    const twice = await server.run(HAKIT, "uninstall");
    assert.match(twice.text, /Nothing was changed/);

    await sh("mkdir -p /var/lib/hakit/salvage/k3s/2026-11-23T02-30-00-000Z");
    const removal = ["uninstall", "--data", "--yes"];
    const unknown = await server.run(HAKIT, ...removal);
    assert.equal(unknown.code, 1, unknown.text);
    assert.match(unknown.text, /may be the only one.*--last-copy\n/);
    assert.equal(await sh(`ls ${STORAGE}`), "replicatedVolume");
    const all = await server.run(HAKIT, ...removal, "--last-copy");
    assert.equal(all.code, 0, all.text);
    assert.match(all.text, /! Removes what only this server wrote.*k3s\/2026/);
    assert.equal(
      await sh(
        `find ${STORAGE} /var/lib/mysql -mindepth 1 2>/dev/null; ls -d /etc/hakit /var/lib/hakit 2>/dev/null`,
      ),
      "",
    );
    const none = await server.run(HAKIT, "uninstall", "--data", "--yes");
    assert.match(none.text, /Nothing was changed/);
  },
});
