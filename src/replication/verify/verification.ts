/** The verifications of one primary's life: one at a time, by command or, at a low rate, in the background again and again. */
import type { Frame } from "../../peer/frame.ts";
import type { Context } from "../context.ts";
import type { Report } from "../control.ts";
import type { Marks } from "../marks.ts";
import type { Pipeline } from "../pipeline.ts";
import type { Volume } from "../volume.ts";
import { type Proof, readProof, writeProof } from "./proof.ts";
import { type Request, Verifier } from "./verifier.ts";
import { messageOf } from "../../system/message.ts";

/** From the time when the copies are level to the first round in the background, and from one round to the next. */
const FIRST_MS = 5_000;
const PAUSE_MS = 3_600_000;

export class Verification {
  #verifier: Verifier | null = null;
  #proof: Proof | null;
  #number = 0;
  #mirrored = false;
  #nextAt: number;
  readonly #file: string;

  constructor(
    readonly context: Context,
    readonly pipeline: Pipeline,
    readonly volumes: readonly Volume[],
    readonly options: {
      /** Marks on disk; throws. */
      readonly persist: () => void;
      readonly changed: () => void;
      /** Ends the session: the next one levels what is marked. */
      readonly drop: (why: string) => void;
    },
  ) {
    this.#file = `${context.config.stateDir}/verified.json`;
    this.#proof = readProof(this.#file);
    this.#nextAt = context.now() + FIRST_MS;
  }

  /** Throws when another one runs that somebody waits for, or there is no peer to compare with. */
  begin(request: Request): void {
    if (this.#verifier?.running && !this.#verifier.request.background) {
      throw new Error("a verification runs already");
    }
    if (!this.#mirrored) {
      throw new Error("the copies are not mirrored now: nothing to compare");
    }
    this.#verifier?.stop("gives way to one that was asked for");
    const { context, options } = this;
    const verifier = new Verifier({
      volumes: this.volumes,
      pipeline: this.pipeline,
      now: context.now,
      log: context.log,
      changed: options.changed,
      level: (marks) => this.#level(marks),
      proved: (proof) => this.#proved(proof),
    }, request);
    this.#verifier = verifier;
    this.#number++;
    verifier.mirrored();
    options.changed();
  }

  stop(): void {
    this.#verifier?.stop("stopped");
  }

  get busy(): boolean {
    return this.#mirrored && (this.#verifier?.busy ?? false);
  }

  heard(frame: Frame, bytes: Uint8Array): void {
    this.#verifier?.heard(frame, bytes);
  }

  /** While mirrored. */
  turn(now: number): void {
    if (!this.#mirrored) {
      this.#mirrored = true;
      this.#verifier?.mirrored();
    }
    this.#verifier?.turn();
    const rate = this.context.config.verifyRate ?? 0;
    if (this.#verifier?.running) this.#nextAt = now + PAUSE_MS;
    else if (rate > 0 && now >= this.#nextAt) {
      this.begin({ repair: false, rate, background: true });
    }
  }

  interrupted(): void {
    this.#mirrored = false;
    this.#verifier?.interrupted();
  }

  get report(): Pick<Report, "verify" | "proof"> {
    const verify = this.#verifier?.report;
    return {
      verify: verify ? { ...verify, number: this.#number } : null,
      proof: this.#proof,
    };
  }

  #level(marks: Marks): void {
    this.context.dirty.add(marks);
    // Durable before the session ends: whoever dies now, the difference is known.
    this.options.persist();
    this.options.drop("verify found differences: they are levelled");
  }

  #proved(proof: Proof): void {
    this.#proof = proof;
    try {
      writeProof(this.#file, proof);
    } catch (error) {
      this.context.log(
        `verify: the result is not kept: ${messageOf(error)}`,
      );
    }
  }
}
