import { strictEqual } from "node:assert/strict";
import { searchPath } from "./search_path.ts";

Deno.test("searchPath() adds root's own folders where plain su left them out", () => {
  strictEqual(
    searchPath("/usr/local/bin:/usr/bin:/bin"),
    "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin",
  );
  const whole = "/opt/x:/usr/local/sbin:/usr/sbin:/sbin:/usr/bin";
  strictEqual(searchPath(whole), whole);
  for (const none of [undefined, ""]) {
    strictEqual(
      searchPath(none),
      "/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin",
    );
  }
});
