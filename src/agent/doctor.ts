/** The doctor for the API: facts gathered by a process of its own, because disks and name servers may hang, and the agent must not. */
import { z } from "zod";
import { ApiError } from "../api/error.ts";
import type { PeerApi } from "../api/peer_api.ts";
import {
  type Examination,
  examineNode,
  examinePair,
  together,
} from "../doctor/examine.ts";
import { type DoctorFacts, doctorFactsSchema } from "../doctor/facts.ts";
import { command } from "../system/command.ts";
import type { Node } from "./node.ts";

/** Pings, a lookup that takes its time, a slow disk. */
const GATHER_MS = 120_000;
const PEER_MS = GATHER_MS + 15_000;

const factsAnswer = z.object({ facts: z.unknown() });

export class Doctor {
  readonly #node: Node;
  readonly #peer: PeerApi;
  /** One look at a time: two trials of a disk would measure each other. */
  #running: Promise<DoctorFacts> | null = null;

  constructor({ node, peer }: { readonly node: Node; readonly peer: PeerApi }) {
    this.#node = node;
    this.#peer = peer;
  }

  facts(): Promise<DoctorFacts> {
    return this.#running ??= this.#gather().finally(() => this.#running = null);
  }

  /** Both nodes, and what holds between them. */
  async examine(): Promise<Examination & { readonly unreachable: boolean }> {
    const [mine, theirs] = await Promise.all([this.facts(), this.#theirs()]);
    const found = [examineNode(mine)];
    if (theirs) {
      const { facts, clockMs } = theirs;
      found.push(
        examineNode(facts),
        examinePair({ mine, theirs: facts, clockMs }),
      );
    }
    return { ...together(found), unreachable: theirs === null };
  }

  async #gather(): Promise<DoctorFacts> {
    // Behind services and agent, which would wait for it on a small server: both nodes are looked at in the same moment. Not so far
    // behind that its tools get no time.
    const { stdout } = await command(
      ["nice", "-n", "5", this.#node.executable, "doctor", "--facts"],
      { timeoutMs: GATHER_MS },
    );
    // Now, not when it began: the asker compares clocks by it.
    return doctorFactsSchema.parse({ ...JSON.parse(stdout), time: Date.now() });
  }

  async #theirs() {
    let answer: Response;
    try {
      answer = await this.#peer.request("/api/doctor/facts", {
        timeoutMs: PEER_MS,
      });
    } catch (error) {
      if (error instanceof ApiError) return null;
      throw error;
    }
    const now = Date.now();
    if (!answer.ok) {
      await answer.body?.cancel();
      return null;
    }
    const { facts } = factsAnswer.parse(await answer.json());
    const known = doctorFactsSchema.safeParse(facts);
    // Another version, which looks at other things.
    if (!known.success) return null;
    return { facts: known.data, clockMs: known.data.time - now };
  }
}
