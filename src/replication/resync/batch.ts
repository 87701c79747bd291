/** What is levelled together: some directories' names, then the data and the attributes of what they hold. Then it is forgotten. */
import { type Found, key } from "./places.ts";

export class Batch {
  /** Whose attributes are told at the end. */
  readonly touched = new Map<string, Found>();
  /** Whose data is compared. */
  readonly files = new Map<string, Found>();
  /** Which the target made empty and needs whole. */
  readonly whole = new Map<string, Found>();
  /** Which the target made empty: it lacks everything below. */
  readonly newDirectories: Found[] = [];
  /** Told to the target in listings. */
  readonly #told = new Map<string, Found>();
  /** Looked at: what it takes of memory and of the loop. */
  entries = 0;
  listings = 0;

  tell(found: Found): void {
    this.#told.set(key(found), found);
  }

  told(name: string): Found | undefined {
    return this.#told.get(name);
  }

  /** Its data is told beside its attributes. */
  hasData(found: Found): boolean {
    return this.files.has(key(found)) || this.whole.has(key(found));
  }

  touch(found: Found): void {
    this.touched.set(key(found), found);
  }
}
