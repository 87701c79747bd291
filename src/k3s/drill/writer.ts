/** The drill's client: numbers its writes, one at a time, through the service at the virtual address, and remembers what was acknowledged. */
import { sleep } from "../../system/clock.ts";
import { type Acknowledged, type Content, readContent } from "./outcome.ts";
import { messageOf } from "../../system/message.ts";

/** A write without an answer: given up, and its number never used again, for it may be there or not. */
const ANSWER_MS = 4000;
const READ_MS = 60_000;
const BETWEEN_MS = 50;
const AFTER_ERROR_MS = 200;
/** An answer is one line; the list of all numbers is longer. */
const MAX_NUMBERS = 1_000_000;

export class Writer {
  readonly acknowledged: Acknowledged[] = [];
  readonly errors: string[] = [];
  #next: number;
  #stopped = false;
  readonly #loop: Promise<void>;

  /** `first`: numbers of an earlier drill are left alone. */
  constructor(readonly service: Pick<Service, "post">, first: number) {
    this.#next = first;
    this.#loop = this.#run();
  }

  async #run(): Promise<void> {
    while (!this.#stopped && this.acknowledged.length < MAX_NUMBERS) {
      const number = this.#next++;
      try {
        await this.service.post(number);
        this.acknowledged.push({ number, at: Date.now() });
        await sleep(BETWEEN_MS);
      } catch (error) {
        const text = messageOf(error);
        if (!this.#stopped && this.errors.length < 1000) this.errors.push(text);
        await sleep(AFTER_ERROR_MS);
      }
    }
  }

  /** Until `count` more are acknowledged after `since`; throws at the limit. */
  async reaches(
    count: number,
    { since, limitMs }: { readonly since: number; readonly limitMs: number },
  ): Promise<void> {
    const until = performance.now() + limitMs;
    while (this.acknowledged.filter(({ at }) => at > since).length < count) {
      if (performance.now() > until) {
        throw new Error(
          `The application acknowledged nothing within ${limitMs / 1000} s (${
            this.errors.at(-1) ?? "no answer"
          }): "k3s kubectl get pods -A -o wide" says where its pods are`,
        );
      }
      await sleep(50);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#loop;
  }
}

/** The application at the virtual address. Dialled itself: a proxy that the shell knows does not lead there. */
export class Service implements Disposable {
  readonly #client: Deno.HttpClient;

  constructor(readonly url: string) {
    const { hostname, port } = new URL(url);
    this.#client = Deno.createHttpClient({
      proxy: { transport: "tcp", hostname, port: Number(port || 80) },
    });
  }

  [Symbol.dispose](): void {
    this.#client.close();
  }

  async post(number: number): Promise<void> {
    const response = await this.#fetch(`/?number=${number}`, {
      method: "POST",
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const text = (await response.text()).slice(0, 200).trim();
    if (!response.ok) throw new Error(`HTTP ${response.status}: ${text}`);
    if (text !== `ok ${number}`) throw new Error(`"${text}" instead of ok`);
  }

  /** All that it holds; throws when it does not answer whole. */
  async content(): Promise<Content> {
    const response = await this.#fetch("", {
      signal: AbortSignal.timeout(READ_MS),
    });
    const text = await response.text();
    const found = response.ok ? readContent(text) : null;
    if (found === null) {
      throw new Error(
        `The application does not tell what it holds: HTTP ${response.status}: ${
          text.slice(0, 200).trim()
        }`,
      );
    }
    return found;
  }

  #fetch(path: string, init: RequestInit): Promise<Response> {
    return fetch(
      this.url + path,
      { ...init, client: this.#client } as
        & RequestInit
        & { client: Deno.HttpClient },
    );
  }
}
