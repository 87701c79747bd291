/**
 * A datagram that is longer than what every network carries goes in parts, each a packet of its own. Where a path loses large packets or
 * IP's fragments (a wrong MTU, a firewall) a node with much to say would fall silent, although small packets pass. Pure.
 *
 *   offset 0  "hkHP"   4  place of the part   5  how many there are   6  0 (2)   8  the datagram's boot id and number (24)   32  its piece
 *
 * A part proves nothing: what they make is opened as any datagram.
 */
import { joinBytes } from "../system/bytes.ts";
import { MAX_DATAGRAM } from "./message.ts";

/** Of a packet: with the headers of UDP and IPv6 it fits into 1,280 bytes, which every link of IPv6 carries (RFC 8200). */
export const MAX_PACKET = 1_200;
const MAGIC = 0x686b4850;
const HEADER = 32;
const PIECE = MAX_PACKET - HEADER;
const MOST = Math.ceil(MAX_DATAGRAM / PIECE);
/** Where the name of a datagram stands, in it and in its parts: message.ts. */
const NAME = { from: 8, to: 32 };
/** Datagrams of a link that wait for a part. One that was lost makes room for later ones. */
const MAX_OPEN = 8;

export function divide(datagram: Uint8Array): Uint8Array[] {
  if (datagram.length <= MAX_PACKET) return [datagram];
  const count = Math.ceil(datagram.length / PIECE);
  return Array.from({ length: count }, (_, place) => {
    const piece = datagram.subarray(place * PIECE, (place + 1) * PIECE);
    const out = new Uint8Array(HEADER + piece.length);
    new DataView(out.buffer).setUint32(0, MAGIC);
    out.set([place, count], 4);
    out.set(datagram.subarray(NAME.from, NAME.to), NAME.from);
    out.set(piece, HEADER);
    return out;
  });
}

/** One link's receiving end. */
export class Assembly {
  readonly #open = new Map<string, Map<number, Uint8Array>>();

  /** The datagram that this packet is, or completes; null: parts are missing. */
  take(packet: Uint8Array): Uint8Array | null {
    if (packet.length <= HEADER || packet.length > MAX_PACKET) return packet;
    const fields = new DataView(packet.buffer, packet.byteOffset, HEADER);
    if (fields.getUint32(0) !== MAGIC) return packet;
    const [place, count] = [fields.getUint8(4), fields.getUint8(5)];
    if (place >= count || count > MOST) return null;
    const name = packet.subarray(5, NAME.to).toHex();
    const pieces = this.#open.get(name) ?? new Map<number, Uint8Array>();
    this.#open.set(name, pieces);
    pieces.set(place, packet.slice(HEADER));
    if (pieces.size === count) {
      this.#open.delete(name);
      return joinBytes(
        Array.from({ length: count }, (_, at) => pieces.get(at)!),
      );
    }
    if (this.#open.size > MAX_OPEN) {
      const [oldest] = this.#open.keys();
      this.#open.delete(oldest!);
    }
    return null;
  }
}
