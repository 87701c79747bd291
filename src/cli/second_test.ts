import assert from "node:assert/strict";
import { healthy } from "../../tests/doctor_facts.ts";
import { parse } from "./parse.ts";
import { command, joining } from "./second.ts";

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
