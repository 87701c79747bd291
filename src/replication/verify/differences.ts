/** What a verification has found to differ: told, counted, and marked for a repair. */
import { Marks } from "../marks.ts";
import { type Found, foundLine } from "./form.ts";

/** Differences kept to be told one by one; all are counted. */
const TOLD = 1000;

export class Differences {
  readonly marks = new Marks();
  readonly found: Found[] = [];
  count = 0;

  constructor(
    readonly tools: {
      log(text: string): void;
      /** Something that is told has changed. */
      changed(): void;
    },
  ) {}

  tell(found: Found): void {
    this.count++;
    if (this.found.length < TOLD) {
      this.found.push(found);
      this.tools.log(`verify: DIFFERENCE: ${foundLine(found)}`);
    }
    if (this.count === 1) this.tools.changed();
  }

  /** Takes the marks out, for a repair. */
  takeMarks(): Marks {
    const marks = new Marks();
    marks.add(this.marks);
    this.marks.clear();
    return marks;
  }
}
