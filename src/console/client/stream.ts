/**
 * An event stream that is open while its page is seen. Over HTTP/1.1 a browser has six connections to a server for all its tabs: if
 * every hidden one held its own, the next page and the next Stop would wait for ever.
 */
export interface StreamOptions {
  readonly url: string;
  /** Called with each stream that is opened. */
  readonly listen: (stream: EventSource) => void;
  /** Whether a hidden page goes on listening, for notifications: of all the browser's tabs one does. */
  readonly background?: () => boolean;
}

export interface Stream {
  /** False while the page is hidden: what it shows grows old, and nobody sees it. */
  readonly listening: () => boolean;
  /** Opens it anew, where it is to be open. */
  readonly renew: () => void;
  readonly end: () => void;
}

const LOCK = "hakit-background";

export function whileSeen(
  { url, listen, background = () => false }: StreamOptions,
): Stream {
  let source: EventSource | null = null;
  let hidden = new AbortController();

  function open(): void {
    source?.close();
    source = new EventSource(url);
    listen(source);
  }

  function turn(): void {
    hidden.abort();
    if (!document.hidden) {
      if (source === null) open();
      return;
    }
    source?.close();
    source = null;
    hidden = new AbortController();
    if (background()) void inTurn(hidden.signal, open);
  }

  document.addEventListener("visibilitychange", turn);
  turn();
  return {
    listening: () => source !== null,
    renew: () => {
      if (source !== null) open();
    },
    end: () => {
      document.removeEventListener("visibilitychange", turn);
      hidden.abort();
      source?.close();
      source = null;
    },
  };
}

/** Waits until no other tab does the same, then begins, and keeps its place until `over`. */
async function inTurn(over: AbortSignal, begin: () => void): Promise<void> {
  try {
    await navigator.locks.request(LOCK, { signal: over }, () => {
      begin();
      return new Promise<void>((done) =>
        over.addEventListener("abort", () => done())
      );
    });
  } catch {
    // Seen before its turn came; or a page without encryption, which may not notify either.
  }
}
