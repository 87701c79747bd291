/** How fast a returning node is made level, beside the same bytes through a socket to the same disk. */
import { join } from "node:path";
import { run } from "../e2e/replicator/shell.ts";
import type { Work } from "./work.ts";

const SIZE_MIB = 512;

/** A file of which every chunk was changed while the secondary was away: MiB per second until both are level. */
export const resync: Work = async ({ directory, pair }) => {
  if (!pair) throw new Error("only a mirror can be resynced");
  const file = join(directory, "changed");
  await random(file);
  await pair.secondary.replicator.kill();
  await pair.primary.replicator.until(
    ({ session }) => session !== "mirrored",
    "the peer's loss",
  );
  await pair.alone();
  await random(file);
  await pair.secondary.replicator.start();
  await run("sync", ["-f", directory]);
  const began = performance.now();
  await pair.join({}, 120_000);
  const seconds = (performance.now() - began) / 1000;
  await Deno.remove(file);
  return SIZE_MIB / seconds;
};

/** Read, sent over loopback, written, synced: what the disk and one stream allow. */
export const throughSocket: Work = async ({ directory }) => {
  const [from, to] = [join(directory, "from"), join(directory, "to")];
  await random(from);
  // The target exists, as a returning node's copy does.
  await random(to);
  await run("sync", ["-f", directory]);
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const began = performance.now();
  const sender = new Deno.Command("dd", {
    args: [`if=${from}`, "bs=1M", "status=none"],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const [connection, sending] = await Promise.all([
    listener.accept(),
    Deno.connect({ hostname: "127.0.0.1", port }),
  ]);
  const sent = sender.stdout.pipeTo(sending.writable);
  const receiver = new Deno.Command("dd", {
    args: [`of=${to}`, "bs=1M", "conv=notrunc,fsync", "iflag=fullblock"],
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  await connection.readable.pipeTo(receiver.stdin);
  await receiver.status;
  await Promise.all([sent, sender.status]);
  const seconds = (performance.now() - began) / 1000;
  await Deno.remove(from);
  await Deno.remove(to);
  return SIZE_MIB / seconds;
};

function random(file: string) {
  return run("dd", [
    ...["if=/dev/urandom", `of=${file}`, "bs=1M", `count=${SIZE_MIB}`],
    ...["conv=notrunc", "status=none"],
  ]);
}
