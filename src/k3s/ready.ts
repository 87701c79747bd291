/** The end of first and second: K3s is Ready, on this node and, for second, on the other one. */
import type { AgentApi } from "../cli/agent_api.ts";
import type { Places } from "../cluster/places.ts";
import type { Step } from "../cluster/step.ts";
import { sleep } from "../system/clock.ts";
import { command } from "../system/command.ts";
import { exists } from "../system/files.ts";
import { K3S } from "./files.ts";
import { readyNodes } from "./kubernetes.ts";
import type { Member } from "./written.ts";
import { lastWords, restartsOf } from "./services.ts";

const POLL_MS = 2000;
/** K3s unpacks itself and its images on a first start: on a slow disk or an emulated processor that takes its time. */
const READY_MS = 30 * 60_000;
/** Twice the restarts of one whose datastore is being moved. */
const MOST_RESTARTS = 20;

interface Options {
  /** Nodes that must be Ready, too: none where nobody answers there. */
  readonly others?: () => Promise<readonly string[]>;
  readonly wait?: (ms: number) => Promise<void>;
  readonly ready?: () => Promise<readonly string[]>;
  readonly restarts?: () => Promise<number>;
}

/** containerd unpacks images without a sync: after a power cut it takes their empty files for whole ones, and keeps them for good. */
const settled = () => command(["sync", "-f", K3S.data]).catch(() => {});

/** K3s on these nodes has condition Ready; its API on this one knows all. */
export function k3sReadyStep(
  member: Pick<Member, "name">,
  {
    others = () => Promise.resolve([]),
    wait = sleep,
    ready = readyNodes,
    restarts = () => restartsOf("k3s"),
  }: Options = {},
): Step {
  const look = async () => {
    // An agent that is late with its answer: the other node is not left out for it.
    const unknown = ["(the other one: the agent here does not answer)"];
    const wanted = [member.name, ...await others().catch(() => unknown)];
    const found = await ready();
    return { wanted, missing: wanted.filter((node) => !found.includes(node)) };
  };
  return {
    name: "K3s is Ready",
    async done() {
      const { wanted, missing } = await look();
      return missing.length === 0 ? wanted.join(" and ") : null;
    },
    async do(say) {
      const began = performance.now();
      const before = await restarts();
      for (;;) {
        const { wanted, missing } = await look();
        if (missing.length === 0) {
          const seconds = Math.round((performance.now() - began) / 1000);
          say(`${wanted.join(" and ")}, after ${seconds} s`);
          return;
        }
        // A wrong argument does not mend itself: nobody should wait for it.
        if (
          missing.includes(member.name) &&
          await restarts() > before + MOST_RESTARTS
        ) {
          throw new Error(
            `K3s ends again and again: "${await lastWords(
              "k3s",
            )}" (journalctl -u k3s)`,
          );
        }
        if (performance.now() - began > READY_MS) {
          throw new Error(
            `node ${missing.join(" and ")} is not Ready after ${
              READY_MS / 60_000
            } min: "journalctl -u k3s" ${
              missing.includes(member.name) ? "here" : "there"
            } says why; run this again when it is`,
          );
        }
        await wait(POLL_MS);
      }
    },
  };
}

/** Of its own: K3s may be Ready before anybody looks. The kubeconfig comes behind it; where that is, a run has got past here. */
export function onDiskStep(
  at: Pick<Places, "kubeconfig">,
  settle: () => Promise<unknown> = settled,
): Step {
  return {
    name: "Images on the disk",
    async done() {
      return await exists(at.kubeconfig) ? K3S.data : null;
    },
    async do(say) {
      await settle();
      say(K3S.data);
    },
  };
}

/** The other node, where its agent answers (a member that is complete does not need it); throws where this one does not. */
export async function otherNode(
  api: Pick<AgentApi, "state">,
): Promise<readonly string[]> {
  const { nodes } = await api.state();
  return nodes.filter(({ local, reachable }) => !local && reachable)
    .map(({ name }) => name);
}
