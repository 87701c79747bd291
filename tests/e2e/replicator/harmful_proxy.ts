/**
 * Stands between two replicators and harms one TLS record a connection, or on a trusted link one frame, each in another way; when the list
 * is done it only relays.
 *
 *   deno run -A harmful_proxy.ts records|frames LISTEN TARGET PORT AFTER HARM...
 */
const [unit, listen, target, port, after, ...harms] = Deno.args;
type Send = (bytes: Uint8Array) => Promise<void>;

/** What is done to the record instead of passing it on; true: the connection ends with it. */
const HARM: {
  readonly [name: string]: (
    record: Uint8Array,
    send: Send,
  ) => Promise<boolean | void>;
} = {
  flip(record, send) {
    record[record.length - 20]! ^= 4;
    return send(record);
  },
  async repeat(record, send) {
    await send(record);
    await send(record);
  },
  async drop() {},
  async cut(record, send) {
    await send(record.subarray(0, record.length >> 1));
    return true;
  },
  async insert(record, send) {
    const stranger = record.slice();
    crypto.getRandomValues(stranger.subarray(5));
    await send(stranger);
    await send(record);
  },
  shorten(record, send) {
    // A whole record with a length that is right, of less than was sealed.
    const less = record.slice(0, record.length - 1);
    new DataView(less.buffer).setUint16(3, less.length - 5);
    return send(less);
  },
};

const APPLICATION_DATA = 23;
const HEADER = 40, ACK = 64;

/** How a stream is cut into what is harmed as a whole. */
const UNITS = {
  records: {
    header: 5,
    length: (bytes: Uint8Array) => 5 + (bytes[3]! << 8 | bytes[4]!),
    counts: (bytes: Uint8Array, _way: Way) => bytes[0] === APPLICATION_DATA,
  },
  // Operations there, and what acknowledges them back.
  frames: {
    header: HEADER,
    length: (bytes: Uint8Array) =>
      HEADER + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true),
    counts: (bytes: Uint8Array, { name }: Way) =>
      name === "there" ? bytes[4]! < ACK : bytes[4] === ACK,
  },
};
const { header, length: lengthOf, counts } =
  UNITS[unit === "frames" ? unit : "records"];

/** A connection that ends before it has carried so much was no session: the harm waits for the next one. */
interface Way {
  readonly name: "there" | "back";
  readonly connection: { harmed: boolean };
}

/** The next harm, when it is this way's turn. */
function take({ name, connection }: Way): string | undefined {
  const [way, harm] = harms[0]?.split(":") ?? [];
  if (connection.harmed || way !== name) return undefined;
  connection.harmed = true;
  harms.shift();
  return harm;
}

async function relay(
  from: Deno.Conn,
  to: Deno.Conn,
  way: Way,
): Promise<void> {
  const send: Send = async (bytes) => {
    for (let at = 0; at < bytes.length;) {
      at += await to.write(bytes.subarray(at));
    }
  };
  let passed = 0, rest: Uint8Array = new Uint8Array(0);
  const buffer = new Uint8Array(65536);
  for (;;) {
    const n = await from.read(buffer);
    if (n === null) return;
    const joined = new Uint8Array(rest.length + n);
    joined.set(rest);
    joined.set(buffer.subarray(0, n), rest.length);
    rest = joined;
    while (rest.length >= header) {
      const length = lengthOf(rest);
      if (rest.length < length) break;
      const record = rest.slice(0, length);
      rest = rest.slice(length);
      passed += length;
      const late = counts(record, way) && passed > Number(after);
      const name = late ? take(way) : undefined;
      if (name) {
        Deno.stdout.writeSync(new TextEncoder().encode(`${name}\n`));
        if (await HARM[name]!(record, send)) return;
      } else await send(record);
    }
  }
}

const listener = Deno.listen({ hostname: listen!, port: Number(port) });
for await (const near of listener) {
  let far: Deno.Conn;
  try {
    far = await Deno.connect({ hostname: target!, port: Number(port) });
  } catch {
    near.close();
    continue;
  }
  const end = () => {
    for (const side of [near, far]) {
      try {
        side.close();
      } catch { /* closed by the other direction */ }
    }
  };
  const connection = { harmed: false };
  relay(near, far, { name: "there", connection }).catch(() => {}).finally(end);
  relay(far, near, { name: "back", connection }).catch(() => {}).finally(end);
}
