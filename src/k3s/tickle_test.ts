import assert from "node:assert/strict";
import { readPeers, tcpAck } from "./tickle.ts";

Deno.test("readPeers() takes addresses and ports and nothing else", () => {
  assert.deepEqual(
    readPeers(
      "10.0.0.7 823\nfd00::7 900\n\nx 1\n10.0.0.8 0\n10.0.0.9\n1.2.3.4 99999\nfe80::1%eth0 7\n",
    ),
    [{ address: "10.0.0.7", port: 823 }, { address: "fd00::7", port: 900 }],
  );
});

Deno.test("tcpAck() has a checksum that adds up", () => {
  const from = { address: "10.0.0.100", port: 2049 };
  const to = { address: "10.0.0.7", port: 823 };
  const segment = tcpAck(from, to);
  const bytes = [
    ...[10, 0, 0, 100, 10, 0, 0, 7, 0, 6, 0, 20],
    ...segment,
  ];
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    sum += (bytes[i]! << 8) + bytes[i + 1]!;
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  assert.equal(sum, 0xffff);
  assert.equal(segment[13], 0x10);
});

/** A client whose server died and left its address to us: it hears nothing for minutes, and of us at once. */
Deno.test({
  name: "tickle() ends a connection that nobody has the other end of",
  ignore: Deno.uid() !== 0,
  async fn() {
    const run = async (...argv: string[]) =>
      (await new Deno.Command(argv[0]!, {
        args: argv.slice(1),
        stderr: "null",
      }).output()).success;
    const space = `hakit-tickle-${Deno.pid}`;
    const inside = (...argv: string[]) =>
      run("ip", "netns", "exec", space, ...argv);
    assert(await run("ip", "netns", "add", space));
    try {
      await inside("ip", "link", "set", "lo", "up");
      await inside("ip", "addr", "add", "10.99.0.1/32", "dev", "lo");
      await inside("ip", "addr", "add", "10.99.0.9/32", "dev", "lo");
      const client = new Deno.Command("ip", {
        args: ["netns", "exec", space, "python3", "-c", CLIENT],
        stdout: "piped",
        stderr: "inherit",
      }).spawn();
      const reader = client.stdout.pipeThrough(new TextDecoderStream())
        .getReader();
      let text = "";
      // A read gives what has come, which need not be a line.
      const line = async () => {
        while (!text.includes("\n")) {
          const { value, done } = await reader.read();
          assert(!done, `the client ended after "${text}"`);
          text += value;
        }
        const [first = "", ...rest] = text.split("\n");
        text = rest.join("\n");
        return first;
      };
      const port = Number(await line());
      const module = import.meta.resolve("./tickle.ts");
      const script =
        `const { tickle } = await import("${module}"); await tickle({ address: "10.99.0.9", port: 2049 }, [{ address: "10.99.0.1", port: ${port} }]);`;
      assert(
        await run(
          "ip",
          "netns",
          "exec",
          space,
          Deno.execPath(),
          "eval",
          script,
        ),
      );
      assert.equal(await line(), "reset");
      await client.status;
      await reader.cancel();
    } finally {
      await run("ip", "netns", "del", space);
    }
  },
});

/** TCP_REPAIR: closed without a word to the other end, as by a power cut. */
const CLIENT = `
import socket
server = socket.create_server(("10.99.0.9", 2049))
client = socket.create_connection(("10.99.0.9", 2049), source_address=("10.99.0.1", 0))
end, _ = server.accept()
end.setsockopt(socket.IPPROTO_TCP, 19, 1)
end.close()
server.close()
client.settimeout(1)
try:
    client.recv(1)
    print("not alone", flush=True)
except TimeoutError:
    print(client.getsockname()[1], flush=True)
client.settimeout(30)
try:
    client.recv(1)
    print("end", flush=True)
except TimeoutError:
    print("nothing", flush=True)
except ConnectionResetError:
    print("reset", flush=True)
`;
