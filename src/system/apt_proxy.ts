/** A proxy for apt in a file that only this user can read: an argument, with the proxy's password, is everybody's to see. */
import { join } from "node:path";

export interface AptProxy extends AsyncDisposable {
  readonly options: readonly string[];
}

export async function aptProxy(proxy: string | undefined): Promise<AptProxy> {
  if (!proxy) {
    return { options: [], [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const folder = await Deno.makeTempDir({ prefix: "hakit-apt-" });
  const file = join(folder, "apt.conf");
  const value = proxy.replaceAll('"', "%22");
  await Deno.writeTextFile(
    file,
    `Acquire::http::Proxy "${value}";\nAcquire::https::Proxy "${value}";\n`,
    { mode: 0o600 },
  );
  return {
    // Read after the machine's own configuration, which it overrides so.
    options: ["-c", file],
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}
