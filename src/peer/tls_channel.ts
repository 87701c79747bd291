/** One TLS connection over a non-blocking socket: OpenSSL's words for "not now" and "over" in the loop's. */
import { errno, errnoName, libc } from "../system/libc.ts";
import { type Channel, PEER_CLOSED, sniff } from "./channel.ts";
import { type OpenSsl, SSL_ERROR, takeError } from "./openssl.ts";
import { type Asked, explain } from "./tls_reasons.ts";

const GET_KTLS_SEND = 73, GET_KTLS_RECV = 76;
const KEY_UPDATE_NOT_REQUESTED = 0;
/** RFC 8446 §5.5 lets an AES-GCM key seal 2^24.5 full records, 388 GB; renewed long before. */
const KEY_BYTES = 2 ** 35;

/** What a connection needs of the context that made it. */
export interface TlsEnd {
  readonly ssl: OpenSsl;
  readonly role: "client" | "server";
  asked: Asked | null;
}

export class TlsChannel implements Channel {
  readonly fd: number;
  open = false;
  wantsOutput = false;
  pending = false;
  failure = "";
  mismatch: "plain" | null = null;
  readonly #hello: number;
  readonly #context: TlsEnd;
  readonly #call: OpenSsl["call"];
  #ssl: number;
  #begun = false;
  #sent = 0;
  #renewAt = Infinity;
  #renewEvery = KEY_BYTES;
  /** How often the sending key was renewed. */
  renewed = 0;
  #kernelSends = false;
  #kernelReceives = false;
  /** A record stands half sent: no key can be changed before its rest. */
  #blocked = false;
  /** What ended the connection behind the bytes that were still whole. */
  #ended = "";

  constructor(
    context: TlsEnd,
    ssl: number,
    options: { readonly fd: number; readonly hello: number },
  ) {
    this.#context = context;
    this.#call = context.ssl.call;
    this.#ssl = ssl;
    this.fd = options.fd;
    this.#hello = options.hello;
  }

  get description(): string {
    const kernel = this.#kernelSends || this.#kernelReceives;
    return `TLS 1.3, AES-128-GCM${kernel ? " in the kernel" : ""}`;
  }

  /** OpenSSL cannot take a new key from the peer where the kernel opens the records. */
  get renewsKeys(): boolean {
    return !this.#kernelReceives;
  }

  advance(): boolean {
    if (this.#context.role === "server" && !this.#begun) {
      const sign = sniff(this.fd, this.#hello);
      if (sign === "nothing") return true;
      if (sign === "plain") {
        this.mismatch = "plain";
        return this.#over(
          "it does not encrypt, but this node's cluster.yaml does not mark the link trusted: the file must be the same on both nodes",
        );
      }
      if (sign === "other") return this.#over("no greeting of TLS");
    }
    this.#begun = true;
    const call = this.#call;
    call.ERR_clear_error();
    this.#context.asked = null;
    const result = call.SSL_do_handshake(this.#ssl);
    if (result === 1) return this.#established();
    const error = call.SSL_get_error(this.#ssl, result);
    this.wantsOutput = error === SSL_ERROR.WANT_WRITE;
    if (this.wantsOutput || error === SSL_ERROR.WANT_READ) return true;
    if (error !== SSL_ERROR.SSL) return this.#over(this.#lost(error));
    const { role, asked } = this.#context;
    return this.#over(
      explain(takeError(this.#context.ssl), { role, asked }),
    );
  }

  #established(): boolean {
    const call = this.#call;
    // A certificate would have been refused; this is the second lock: the key was used, or nothing is sent.
    if (call.SSL_session_reused(this.#ssl) !== 1) {
      return this.#over("it does not know the cluster's key");
    }
    call.ERR_clear_error();
    const kernel = (bio: number | bigint, what: number) =>
      Number(call.BIO_ctrl(Number(bio), what, 0n, 0)) === 1;
    if (this.#context.ssl.version >= 0x30000000) {
      this.#kernelSends = kernel(call.SSL_get_wbio(this.#ssl), GET_KTLS_SEND);
      this.#kernelReceives = kernel(
        call.SSL_get_rbio(this.#ssl),
        GET_KTLS_RECV,
      );
    }
    this.wantsOutput = false;
    this.open = true;
    return true;
  }

  read(address: number, size: number): number {
    const call = this.#call;
    if (this.#ended) {
      this.#over(this.#ended);
      return -1;
    }
    let got = 0;
    // One record a call: all that OpenSSL has, but never a system call that only says that there is no more.
    for (;;) {
      const n = call.SSL_read(this.#ssl, address + got, size - got);
      if (n <= 0) {
        this.pending = false;
        const error = call.SSL_get_error(this.#ssl, n);
        if (error === SSL_ERROR.WANT_READ || error === SSL_ERROR.WANT_WRITE) {
          return got;
        }
        const why = this.#lost(error);
        if (got > 0) {
          // What came whole counts; the next call tells the end.
          this.#ended = why;
          this.pending = true;
          return got;
        }
        this.#over(why);
        return -1;
      }
      got += n;
      this.pending = call.SSL_has_pending(this.#ssl) === 1;
      if (!this.pending || got === size) return got;
    }
  }

  write(address: number, length: number): number {
    const call = this.#call;
    if (length === 0) return 0;
    if (this.#sent >= this.#renewAt) this.#renew();
    const n = call.SSL_write(this.#ssl, address, length);
    if (n > 0) {
      this.#sent += n;
      this.#blocked = false;
      return n;
    }
    const error = call.SSL_get_error(this.#ssl, n);
    if (error === SSL_ERROR.WANT_WRITE || error === SSL_ERROR.WANT_READ) {
      this.#blocked = true;
      return 0;
    }
    this.#over(this.#lost(error));
    return -1;
  }

  mayRenewKey(everyBytes = KEY_BYTES): void {
    // The kernel's sending key cannot be changed by OpenSSL.
    if (this.#kernelSends) return;
    this.#renewEvery = everyBytes;
    this.#renewAt = this.#sent + everyBytes;
  }

  #renew(): void {
    if (this.#blocked) return;
    this.#renewAt = this.#sent + this.#renewEvery;
    this.#call.SSL_key_update(this.#ssl, KEY_UPDATE_NOT_REQUESTED);
    this.renewed++;
  }

  /** Why a connection that stood is over. */
  #lost(error: number): string {
    const code = errno();
    if (error === SSL_ERROR.ZERO_RETURN) return PEER_CLOSED;
    if (error === SSL_ERROR.SYSCALL) {
      takeError(this.#context.ssl);
      return code === 0 ? PEER_CLOSED : `connection failed: ${errnoName(code)}`;
    }
    return explain(takeError(this.#context.ssl), { role: null, asked: null });
  }

  #over(why: string): false {
    this.failure = why;
    this.pending = false;
    return false;
  }

  close(): void {
    if (this.#ssl === 0) return;
    if (this.open && !this.failure && !this.#ended) {
      this.#call.SSL_shutdown(this.#ssl);
    }
    this.#call.ERR_clear_error();
    this.#call.SSL_free(this.#ssl);
    this.#ssl = 0;
    libc.close(this.fd);
  }
}
