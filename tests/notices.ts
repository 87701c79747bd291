/** What a node sees and tells, and a server that takes mails: for the tests of notifications. */
import { createServer, type Socket } from "node:net";
import type { ClusterState } from "../src/api/state.ts";
import type { Facts } from "../src/notify/conditions.ts";
import type { Notice } from "../src/notify/queue.ts";

type Role = "STOP" | "WAIT" | "ALONE" | "PRIM" | "SECOND";

interface Sight {
  readonly mine: Role;
  readonly theirs: Role;
  /** This node is on its way, or serves without its address, or without its mirror. */
  readonly moving?: boolean;
  readonly reachable?: boolean;
  readonly reason?: string;
  readonly resource?: "up" | "down" | "unknown";
  /** Of the resource; null: nobody looks at it now. */
  readonly detail?: string | null;
  readonly differences?: number;
  readonly link?: "up" | "down";
  /** Of the link that is up: none of so many bytes comes through. */
  readonly blackHoleBytes?: number;
  readonly first?: boolean;
  /** Why the nodes' arbiters do not fit together. */
  readonly unlike?: string;
}

export function facts(sight: Sight, more: Partial<Facts> = {}): Facts {
  const { reachable = true, first = false, detail = "refused\nBcc: x" } = sight;
  const module = (role: Role, local: boolean) => ({
    name: "shop",
    role,
    status: local && sight.moving
      ? "Transient"
      : role === "STOP" || role === "WAIT"
      ? "NotReady"
      : "Ready",
    reason: local ? sight.reason ?? null : null,
    differences: sight.differences ?? 0,
    resources: local && sight.resource
      ? [{ name: "tcp.web", state: sight.resource, detail }]
      : [],
  });
  const [me, other] = first ? ["node1", "node2"] : ["node2", "node1"];
  return {
    state: {
      nodes: [
        {
          name: me,
          local: true,
          reachable: true,
          modules: [module(sight.mine, true)],
        },
        {
          name: other,
          local: false,
          reachable,
          modules: [module(sight.theirs, false)],
        },
      ],
      links: [{
        local: "10.0.0.1",
        remote: "10.0.0.2",
        state: sight.link ?? "up",
        blackHoleBytes: sight.blackHoleBytes,
      }],
      ...(sight.unlike === undefined ? {} : { unlike: sight.unlike }),
    } as unknown as ClusterState,
    first,
    takeovers: [],
    disks: {},
    certificates: {},
    salvage: {},
    ...more,
  };
}

export const PAIR = facts({ mine: "SECOND", theirs: "PRIM" });
export const LOST = facts({ mine: "ALONE", theirs: "PRIM", reachable: false }, {
  takeovers: [{
    module: "shop",
    reason: "failover",
    lastSeconds: 2.345,
    lastAt: 1,
  }],
});

export const NOTICE: Notice = {
  id: "1",
  at: 0,
  kind: "resource",
  level: "warning",
  over: false,
  module: "shop",
  text: "<!channel> <https://evil.example|click> [a](https://evil.example) & é",
};

/** Takes mails as a server does; `refuse`: not now. */
export async function mailServer(options: { refuse: boolean }) {
  const mails: string[] = [];
  const logins: string[] = [];
  const server = createServer((socket: Socket) => {
    let data: string | null = null;
    let buffer = "";
    const say = (line: string) => socket.write(`${line}\r\n`);
    say("220 test");
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      buffer += chunk.toString();
      for (;;) {
        const at = buffer.indexOf("\r\n");
        if (at < 0) return;
        const line = buffer.slice(0, at);
        buffer = buffer.slice(at + 2);
        if (data !== null) {
          if (line === ".") {
            mails.push(data);
            data = null;
            say("250 taken");
          } else data += line + "\n";
        } else if (line.startsWith("EHLO")) {
          say("250-test");
          say("250 AUTH PLAIN");
        } else if (line.startsWith("AUTH PLAIN ")) {
          logins.push(atob(line.slice("AUTH PLAIN ".length)));
          say("235 in");
        } else if (line === "DATA") {
          data = "";
          say("354 go on");
        } else if (line.startsWith("MAIL") && options.refuse) say("451 later");
        else if (line === "STARTTLS") say("502 not here");
        else say("250 ok");
      }
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  return { port, mails, logins, close: () => server.close() };
}
