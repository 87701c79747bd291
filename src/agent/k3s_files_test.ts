import { rejects } from "node:assert/strict";
import { ApiError } from "../api/error.ts";
import { paths } from "../system/paths.ts";
import { K3sFiles } from "./k3s_files.ts";

Deno.test("K3sFiles.install() refuses in order where no files wait", async () => {
  const home = await Deno.makeTempDir({ prefix: "hakit-k3s-" });
  try {
    const files = new K3sFiles(
      {
        node: { paths: paths(home), me: { name: "node1" } },
      } as unknown as ConstructorParameters<typeof K3sFiles>[0],
    );
    await rejects(
      files.install(),
      (error) => error instanceof ApiError && error.status === 409,
    );
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
