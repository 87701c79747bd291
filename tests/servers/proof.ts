/** Both writers at once and the question after every fault: is all that was acknowledged there? */
import type { Server } from "./lab.ts";
import { check, note } from "./report.ts";
import {
  Ledger,
  LineWriter,
  lostLines,
  lostRows,
  RowWriter,
} from "./writers.ts";

export class Proof {
  readonly rowLedger = new Ledger();
  readonly lineLedger = new Ledger();
  rows: RowWriter | null = null;
  lines: LineWriter | null = null;
  #prepared = false;

  constructor(readonly folder: string) {}

  /** Rows through the virtual address and lines over NFS from `from`; returns when both flow. */
  async start(primary: Server, from: Server | null): Promise<void> {
    if (!this.#prepared) await RowWriter.prepare(primary);
    this.#prepared = true;
    this.rows ??= await RowWriter.start(this.folder, this.rowLedger);
    if (from !== null) {
      this.lines ??= await LineWriter.start(from, this.lineLedger);
    }
    await this.flows(5, 90);
  }

  /** Waits until each writer that runs has `count` more acknowledged. */
  async flows(count: number, seconds: number): Promise<void> {
    await Promise.all([
      this.rows?.more(count, seconds),
      this.lines?.more(count, seconds),
    ]);
  }

  async stop(): Promise<void> {
    await Promise.all([this.rows?.stop(), this.lines?.stop()]);
    this.rows = null;
    this.lines = null;
  }

  /** All that was ever acknowledged is on the primary; NFS clients never saw an error. */
  async nothingLost(primary: Server): Promise<void> {
    const errors = this.lines?.errors ?? [];
    await check(
      `every acknowledged row (${this.rowLedger.acknowledged.length}) is on server ${primary}`,
      async () => none("rows", await lostRows(primary, this.rowLedger)),
    );
    if (this.lineLedger.acknowledged.length > 0) {
      await check(
        `every acknowledged line (${this.lineLedger.acknowledged.length}) is on server ${primary}`,
        async () => none("lines", await lostLines(primary, this.lineLedger)),
      );
      await check("the NFS client saw no error", () => {
        if (errors.length > 0) {
          throw new Error(`${errors.length} errors, first: ${errors[0]}`);
        }
      });
    }
  }

  tellPauses(since: number): void {
    const pauses = [this.rows, this.lines].filter((writer) => writer !== null)
      .map((writer) =>
        `${writer.what} ${writer.longestPause(since).toFixed(1)} s`
      );
    note(`      longest pause: ${pauses.join(", ")}`);
  }
}

function none(what: string, lost: readonly number[]): void {
  if (lost.length > 0) {
    throw new Error(
      `${lost.length} acknowledged ${what} are lost: ${
        lost.slice(0, 10).join(", ")
      }`,
    );
  }
}
