import assert from "node:assert/strict";
import { join } from "node:path";
import { places } from "../cluster/places.ts";
import { exists } from "../system/files.ts";
import { servicesStep } from "./member.ts";
import { mariadbDropIn } from "./texts.ts";

Deno.test("servicesStep() keeps MariaDB 10.3's init script from starting it at the next boot, and stops what it started", async () => {
  const home = await Deno.makeTempDir();
  const before = Deno.env.get("PATH")!;
  const inside = (name: string) => join(home, name);
  const told = inside("told");
  try {
    await Deno.writeTextFile(
      inside("systemctl"),
      `#!/bin/sh
case "$1" in
  is-active) [ "$2" != mysql ] || cat ${inside("mysql")} ;;
  is-enabled) echo disabled ;;
  stop) echo inactive >${inside("mysql")} ;;
esac
case "$1 $2" in is-*|*.socket) ;; *) echo "$*" >>${told} ;; esac
`,
      { mode: 0o755 },
    );
    Deno.env.set("PATH", `${home}:${before}`);
    await Deno.writeTextFile(inside("mysql"), "active\n");
    const at = places({
      ...{ etc: inside("etc"), state: home, run: home, log: home },
    });
    const where = {
      initScript: inside("init-script"),
      dropIn: inside("mysql.service.d/hakit.conf"),
    };
    const step = servicesStep(at, where);
    await Deno.writeTextFile(where.initScript, "#!/bin/sh\n");
    await step.do(() => {});
    assert.equal(await Deno.readTextFile(where.dropIn), mariadbDropIn());
    const lines = (await Deno.readTextFile(told)).split("\n");
    assert(lines.includes("daemon-reload"));
    assert(lines.indexOf("stop mysql") > lines.indexOf("daemon-reload"));
    await step.undo!();
    assert(!await exists(where.dropIn));

    // MariaDB's own unit is all that there is.
    await Deno.remove(where.initScript);
    await Deno.writeTextFile(told, "");
    await servicesStep(at, where).do(() => {});
    assert(!await exists(where.dropIn));
    assert(!(await Deno.readTextFile(told)).includes("stop mysql"));
  } finally {
    Deno.env.set("PATH", before);
    await Deno.remove(home, { recursive: true });
  }
});
