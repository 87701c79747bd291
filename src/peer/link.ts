/** Gives each connection the channel that its link has by configuration: TLS, or a bare socket where the link is marked trusted. */
import { type Channel, PlainChannel } from "./channel.ts";
import { TlsContext, type TlsParty } from "./tls.ts";

export class Links {
  readonly #party: TlsParty;
  readonly #hello: number;
  #client: TlsContext | null = null;
  #server: TlsContext | null = null;

  /** `hello`: the kind of the frame with which a replicator on a trusted link begins. */
  constructor(party: TlsParty, options: { readonly hello: number }) {
    this.#party = party;
    this.#hello = options.hello;
  }

  /** @throws {NoOpenSslError} encryption is wanted and OpenSSL is not there: never plain instead. */
  prepare(): void {
    this.#client ??= new TlsContext(this.#party, "client");
    this.#server ??= new TlsContext(this.#party, "server");
  }

  /** @throws {NoOpenSslError} */
  dialled(fd: number, trusted: boolean): Channel {
    if (trusted) return new PlainChannel(fd, {});
    this.#client ??= new TlsContext(this.#party, "client");
    return this.#client.open(fd, this.#hello);
  }

  /** @throws {NoOpenSslError} */
  accepted(fd: number, trusted: boolean): Channel {
    if (trusted) return new PlainChannel(fd, { accepted: this.#hello });
    this.#server ??= new TlsContext(this.#party, "server");
    return this.#server.open(fd, this.#hello);
  }
}
