/** Text that comes in pieces, line by line. */

/** Lines of UTF-8 without their ends; what comes behind the last one is none. Throws where one has more than `most` characters. */
export async function* lines(
  chunks: AsyncIterable<Uint8Array>,
  most: number,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop()!;
    yield* parts;
    if (rest.length > most) {
      throw new Error(`a line is longer than ${most} characters`);
    }
  }
}
