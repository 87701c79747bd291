/** K3s through a fault: is it the same process as before, how long did its API not answer, and are the rows that it was promised there? */
import { on, type Server, type Stream, stream, until } from "./lab.ts";
import { check, note } from "./report.ts";

/**
 * Emulated without KVM a takeover takes longer than the ten seconds after which K3s gives itself up, as the real one would: told then,
 * and not judged.
 */
const JUDGED = Deno.env.get("HAKIT_SERVERS_ACCEL") === "kvm";
const HOME = "/var/lib/rancher/k3s/server";

export interface Life {
  readonly pid: string;
  readonly restarts: string;
}

export async function lifeOf(server: Server): Promise<Life> {
  const { stdout } = await on(
    server,
    "systemctl show k3s -p MainPID -p NRestarts",
  );
  const value = (name: string) =>
    new RegExp(`^${name}=(.*)$`, "m").exec(stdout)?.[1] ?? "";
  return { pid: value("MainPID"), restarts: value("NRestarts") };
}

/** K3s on the survivor is never restarted by a failover or a swap. */
export async function sameLife(server: Server, before: Life): Promise<void> {
  const now = await lifeOf(server);
  const text = `process ${before.pid}, ${before.restarts} restarts before; ` +
    `process ${now.pid}, ${now.restarts} restarts now`;
  const same = now.pid !== "0" && now.pid === before.pid &&
    now.restarts === before.restarts;
  if (!JUDGED) return note(`      K3s on server ${server}: ${text}`);
  await check(`K3s on server ${server} was not restarted`, () => {
    if (!same) throw new Error(text);
  });
}

/** One program for all questions: kubectl anew for each would keep an emulated processor busy. */
const ASK = `
import json, socket, time
while True:
    try:
        with socket.socket(socket.AF_UNIX) as api:
            api.settimeout(5)
            api.connect("${HOME}/standin.sock")
            api.sendall(json.dumps({"argv": ["get", "--raw", "/readyz"]}).encode() + b"\\n")
            code = json.loads(api.makefile().read())["code"]
        print("ok" if code == 0 else "error", flush=True)
    except (OSError, ValueError):
        print("error", flush=True)
    time.sleep(0.5)
`;

/** Asks the API of one server all the time. */
export class Api {
  readonly #times: number[] = [];
  readonly #stream: Stream;
  readonly #loop: Promise<void>;

  constructor(readonly server: Server) {
    this.#stream = stream(["sh", String(server), `exec python3 -c '${ASK}'`]);
    this.#loop = this.#read();
  }

  async #read(): Promise<void> {
    for await (const line of this.#stream.lines) {
      if (line === "ok") this.#times.push(performance.now());
    }
  }

  /** Until it has answered `count` more times. */
  async answers(count: number, seconds: number): Promise<void> {
    const goal = this.#times.length + count;
    await until(
      `K3s' API on server ${this.server} answers`,
      seconds,
      () => this.#times.length >= goal ? true : null,
      200,
    );
  }

  tellOutage(since: number): void {
    let [longest, last] = [0, since];
    for (const at of this.#times) {
      if (at < since) continue;
      longest = Math.max(longest, at - last);
      last = at;
    }
    note(
      `      K3s' API on server ${this.server}: longest outage ${
        (longest / 1000).toFixed(1)
      } s`,
    );
  }

  async stop(): Promise<void> {
    await this.#stream.stop();
    await this.#loop;
  }
}

/** The number of the last row whose write K3s on this server was promised; on its own disk, not in the datastore. */
export async function promisedRow(server: Server): Promise<number> {
  const { stdout } = await on(server, `cat ${HOME}/acknowledged`);
  return Number(stdout);
}

/** K3s that begins anew looks for every row that it was ever promised. */
export async function noRowLost(server: Server, since: number): Promise<void> {
  await check(
    `K3s on server ${server} finds every row that it was promised`,
    async () => {
      const { acknowledged, found, lost } = await until(
        `K3s on server ${server} has counted`,
        180,
        async () => {
          const { stdout } = await on(server, `cat ${HOME}/rows.json`);
          const report = JSON.parse(stdout) as {
            readonly acknowledged: number;
            readonly found: number;
            readonly lost: number;
          };
          // That of the start before knew less.
          return report.acknowledged >= since ? report : null;
        },
        5000,
      );
      note(
        `      ${acknowledged} promised, ${found} found, ${lost} lost`,
      );
      if (lost > 0 || acknowledged === 0) throw new Error(`${lost} are lost`);
    },
  );
}
