/** The lab's witness: the same executable in a namespace of its own, made known to both nodes as a person would. */
import { join } from "node:path";
import { connect } from "../cli/agent_client.ts";
import { readIfPresent } from "../system/files.ts";
import { sleep } from "../system/clock.ts";
import { Store } from "../witness/store.ts";
import { parseAdmission } from "../witness/token.ts";
import { paths } from "../system/paths.ts";
import { self, startIn } from "./node.ts";
import { home, LAB, namespace, WITNESS_ADDRESS } from "./topology.ts";

const HOME = `${LAB}/witness`;
const PID = join(HOME, "pid");
const END_MS = 5_000;

/** Starts it and tells both nodes, once; starts it again when it was killed. */
export async function startWitness(): Promise<void> {
  await Deno.mkdir(HOME, { recursive: true });
  const store = new Store(join(paths(HOME).state, "witness"));
  const begins = await witnessProcess() === null;
  if (begins) {
    await startIn(namespace(3), HOME, [
      ...["sh", "-c"],
      'echo $$ >"$0"; exec "$@" >>"$HAKIT_HOME/console.log" 2>&1',
      ...[PID, ...self(), "witness", "run"],
    ]);
  }
  // Killed and started again: it knows the cluster, whose nodes need not both be there.
  if (begins && (await store.read()).clusters.length > 0) return;
  const token = await connect(home(1)).setArbiter({
    kind: "witness",
    address: WITNESS_ADDRESS,
  });
  const admission = token === null ? null : parseAdmission(token);
  if (admission === null) throw new Error("The cluster gave no admission");
  const known = await store.find(admission.id);
  if (known?.key === admission.key) return;
  await store.write({ modules: {}, ...admission });
}

/** Its process, by number and command line; null: it does not run. */
async function witnessProcess(): Promise<number | null> {
  const pid = Number((await readIfPresent(PID))?.trim());
  if (!(pid > 0)) return null;
  const line = await readIfPresent(`/proc/${pid}/cmdline`).catch(() => null);
  return line?.endsWith("\0witness\0run\0") ? pid : null;
}

export async function killWitness(): Promise<void> {
  const pid = await witnessProcess();
  if (pid === null) return;
  Deno.kill(pid, "SIGKILL");
  for (let waited = 0; waited < END_MS; waited += 20) {
    if (await witnessProcess() === null) return;
    await sleep(20);
  }
}
