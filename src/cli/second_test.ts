import assert from "node:assert/strict";
import { healthy } from "../../tests/doctor_facts.ts";
import { parse } from "./parse.ts";
import { command, joining, unlike } from "./second.ts";

Deno.test("second --adopt keeps NFS exports that are here, and takes no data along", () => {
  const { on } = parse(command, ["TOKEN", "--adopt"]);
  assert.equal(on("adopt"), true);
  const existing = {
    ...healthy().existing,
    exports: ["/home"],
    databases: ["shop"],
    storage: ["mine"],
  };
  const refused = joining(existing, { adopt: false });
  assert.match(refused.problems.join(), /exports folders.*: --adopt$/);
  const adopted = joining(existing, { adopt: true });
  assert.deepEqual(adopted.problems, []);
  assert.equal(adopted.warnings.length, 1);
  const k3s = joining({ ...existing, k3s: "/etc/systemd/k3s" }, {
    adopt: true,
  });
  assert.match(k3s.problems.join(), /K3s is here already/);
});

Deno.test("second compares the clocks of the moment when the other node answered, not of the one when it has looked at this server", () => {
  const here = {
    mysql: { uid: 860, gid: 860 },
    kin: { architecture: "x86_64", mariadb: "10.11" },
  };
  const answered = { ...here, time: 1_000_000, receivedAt: 1_001_000 };
  // Whatever the clock says by now: it is not asked.
  assert.deepEqual(unlike(here, answered), []);
  assert.match(
    unlike(here, { ...answered, receivedAt: 1_031_000 }).join(),
    /clocks differ by 31 s/,
  );
});
