/** A TCP relay that can fall silent without closing anything, as a server does whose plug is pulled. */
import { createConnection, createServer, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

export async function wire(target: number) {
  const sockets = new Set<Socket>();
  let silent = false;
  const server = createServer((near) => {
    const far = createConnection(target, "127.0.0.1");
    for (const [from, to] of [[near, far], [far, near]] as const) {
      sockets.add(from);
      from.on("data", (bytes) => {
        if (!silent) to.write(bytes);
      });
      from.on("error", () => {});
      from.on("close", () => {
        sockets.delete(from);
        if (!silent) to.destroy();
      });
    }
  });
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", resolve);
  await promise;
  return {
    port: (server.address() as AddressInfo).port,
    /** What is sent from now on is lost; nobody is told. */
    cut() {
      silent = true;
    },
    /** New connections work; the old ones are gone for ever, as after a restart of the machine. */
    heal() {
      for (const socket of sockets) socket.destroy();
      silent = false;
    },
    async [Symbol.asyncDispose]() {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
      await promise;
    },
  };
}
