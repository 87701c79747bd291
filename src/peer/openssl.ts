/**
 * The system's OpenSSL by FFI: 3.x, else 1.1.1 (Ubuntu 20.04, Debian 11). Only what a TLS 1.3 connection with a pre-shared key needs.
 * Loaded at the first use, so that a node whose links are all trusted can do without it.
 */
import { libc, Memory } from "../system/libc.ts";

const symbols = {
  OPENSSL_init_crypto: { parameters: ["u64", "usize"], result: "i32" },
  TLS_method: { parameters: [], result: "usize" },
  SSL_CTX_new: { parameters: ["usize"], result: "usize" },
  SSL_CTX_free: { parameters: ["usize"], result: "void" },
  SSL_CTX_ctrl: {
    parameters: ["usize", "i32", "i64", "usize"],
    result: "i64",
  },
  SSL_CTX_set_options: { parameters: ["usize", "u64"], result: "u64" },
  SSL_CTX_set_ciphersuites: { parameters: ["usize", "usize"], result: "i32" },
  SSL_CTX_set_num_tickets: { parameters: ["usize", "usize"], result: "i32" },
  SSL_CTX_set_default_read_buffer_len: {
    parameters: ["usize", "usize"],
    result: "void",
  },
  SSL_CTX_set_verify: {
    parameters: ["usize", "i32", "usize"],
    result: "void",
  },
  SSL_CTX_set_psk_use_session_callback: {
    parameters: ["usize", "function"],
    result: "void",
  },
  SSL_CTX_set_psk_find_session_callback: {
    parameters: ["usize", "function"],
    result: "void",
  },
  SSL_SESSION_new: { parameters: [], result: "usize" },
  SSL_SESSION_free: { parameters: ["usize"], result: "void" },
  SSL_SESSION_up_ref: { parameters: ["usize"], result: "i32" },
  SSL_SESSION_set1_master_key: {
    parameters: ["usize", "usize", "usize"],
    result: "i32",
  },
  SSL_SESSION_set_cipher: { parameters: ["usize", "usize"], result: "i32" },
  SSL_SESSION_set_protocol_version: {
    parameters: ["usize", "i32"],
    result: "i32",
  },
  SSL_SESSION_set_time: { parameters: ["usize", "i64"], result: "i64" },
  SSL_SESSION_set_timeout: { parameters: ["usize", "i64"], result: "i64" },
  SSL_CIPHER_find: { parameters: ["usize", "usize"], result: "usize" },
  SSL_new: { parameters: ["usize"], result: "usize" },
  SSL_free: { parameters: ["usize"], result: "void" },
  SSL_set_fd: { parameters: ["usize", "i32"], result: "i32" },
  SSL_set_connect_state: { parameters: ["usize"], result: "void" },
  SSL_set_accept_state: { parameters: ["usize"], result: "void" },
  SSL_do_handshake: { parameters: ["usize"], result: "i32" },
  SSL_get_error: { parameters: ["usize", "i32"], result: "i32" },
  SSL_session_reused: { parameters: ["usize"], result: "i32" },
  SSL_read: { parameters: ["usize", "usize", "i32"], result: "i32" },
  SSL_write: { parameters: ["usize", "usize", "i32"], result: "i32" },
  SSL_has_pending: { parameters: ["usize"], result: "i32" },
  SSL_key_update: { parameters: ["usize", "i32"], result: "i32" },
  SSL_shutdown: { parameters: ["usize"], result: "i32" },
  SSL_get_wbio: { parameters: ["usize"], result: "usize" },
  SSL_get_rbio: { parameters: ["usize"], result: "usize" },
  BIO_ctrl: { parameters: ["usize", "i32", "i64", "usize"], result: "i64" },
  ERR_get_error: { parameters: [], result: "u64" },
  ERR_clear_error: { parameters: [], result: "void" },
  ERR_reason_error_string: { parameters: ["u64"], result: "pointer" },
  OpenSSL_version_num: { parameters: [], result: "u64" },
} as const;

type Argument<T> = T extends "function" ? Deno.PointerValue
  : T extends "usize" | "i32" ? number
  : number | bigint;
type Result<T> = T extends "i32" ? number
  : T extends "pointer" ? Deno.PointerValue
  : T extends "void" ? void
  : number | bigint;
type Call<P extends readonly string[], R> = (
  ...args: { -readonly [I in keyof P]: Argument<P[I]> }
) => Result<R>;
type Calls = {
  readonly [K in keyof typeof symbols]: Call<
    (typeof symbols)[K]["parameters"],
    (typeof symbols)[K]["result"]
  >;
};

export interface OpenSsl {
  readonly call: Calls;
  /** 0x30000000 and above: 3.x. */
  readonly version: number;
}

/** SSL_get_error(3). */
export const SSL_ERROR = {
  SSL: 1,
  WANT_READ: 2,
  WANT_WRITE: 3,
  SYSCALL: 5,
  ZERO_RETURN: 6,
} as const;

const NAMES = ["libssl.so.3", "libssl.so.1.1"] as const;
/** Deno ends its threads in an order of its own: OpenSSL must not clean up below them. */
const OPENSSL_INIT_NO_ATEXIT = 0x80000;
const SIGPIPE = 13, SIG_IGN = 1;

/** OpenSSL is not here: what to install. */
export class NoOpenSslError extends Error {
  constructor(names: readonly string[], options?: ErrorOptions) {
    super(
      `Cannot encrypt the replication: none of ${
        names.join(", ")
      } can be loaded, install it: apt-get install openssl`,
      options,
    );
  }
}

let loaded: OpenSsl | null = null;

/** The library, loaded once. @throws {NoOpenSslError} */
export function openSsl(names: readonly string[] = NAMES): OpenSsl {
  if (names === NAMES && loaded) return loaded;
  let cause: unknown = null;
  for (const name of names) {
    try {
      const call = Deno.dlopen(name, symbols).symbols as unknown as Calls;
      call.OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, 0);
      // OpenSSL writes by write(2): a peer that has gone must be an error, not the end of the process.
      libc.signal(SIGPIPE, SIG_IGN);
      const library = { call, version: Number(call.OpenSSL_version_num()) };
      if (names === NAMES) loaded = library;
      return library;
    } catch (error) {
      cause = error;
    }
  }
  throw new NoOpenSslError(names, { cause });
}

export interface SslFailure {
  /** ERR_GET_REASON, 0 when OpenSSL said nothing. Received alerts are 1000 and their number. */
  readonly reason: number;
  readonly text: string;
}

/** The first error that OpenSSL has queued, and an empty queue: what stays there would be taken for the next call's. */
export function takeError({ call, version }: OpenSsl): SslFailure {
  const code = BigInt(call.ERR_get_error());
  call.ERR_clear_error();
  if (code === 0n) return { reason: 0, text: "" };
  const pointer = call.ERR_reason_error_string(code);
  return {
    reason: Number(code & (version >= 0x30000000 ? 0x7fffffn : 0xfffn)),
    text: pointer
      ? Deno.UnsafePointerView.getCString(pointer)
      : code.toString(16),
  };
}

/** Memory for arguments of calls that are made once a connection. */
export const scratch = new Memory(4096);
