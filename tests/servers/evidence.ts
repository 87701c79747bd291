/** After a failure: what both servers know, in a folder that outlives them. */
import { join } from "node:path";
import { on, SERVERS } from "./lab.ts";

/** Secrets stay on the servers: logs and states only. */
const QUESTIONS: { readonly [file: string]: string } = {
  "state.txt": "hakit state; hakit state --json",
  "agent.log": "tail -n 3000 /var/log/hakit/agent.log",
  "module.log": "tail -n 3000 /var/log/hakit/k3s.log",
  "scripts.log": "cd /var/log/hakit/k3s && tail -n 60 $(ls -t | head -30)",
  "journal.log":
    "journalctl --no-pager -n 1500; systemctl --failed --no-pager; dmesg | tail -n 100",
  "machine.txt":
    "ip addr; ip neigh; cat /proc/mounts; ps axf -o pid,stat,wchan:20,etime,args; free -m; df -h",
};

export async function keepEvidence(
  folder: string,
  story: string,
): Promise<string> {
  const date = new Date().toISOString().slice(0, 19).replaceAll(":", "");
  const to = join(folder, "evidence", `${date}-${story}`);
  await Deno.mkdir(to, { recursive: true });
  await Promise.all(SERVERS.map(async (server) => {
    for (const [file, question] of Object.entries(QUESTIONS)) {
      const text = await on(server, `timeout 20 sh -c '${question}'`, {
        seconds: 40,
        anyCode: true,
      }).then(({ stdout, stderr }) => stdout + stderr, String);
      await Deno.writeTextFile(join(to, `server${server}-${file}`), text);
    }
    await Deno.copyFile(
      join(folder, `${server}.console`),
      join(to, `server${server}-console.log`),
    ).catch(() => {});
  }));
  return to;
}
