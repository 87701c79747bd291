/** `consoles_readers.ts URL KEY CA COUNT`: so many consoles as far as the agent sees them, until TERM; prints how many events came. */
const [url, key, ca, count] = Deno.args as [string, string, string, string];
const caCerts = [await Deno.readTextFile(ca)];
let events = 0;

async function open(): Promise<void> {
  // A client of its own: a browser shares no connection with another one.
  const client = Deno.createHttpClient({ caCerts, poolMaxIdlePerHost: 1 });
  const init = {
    client,
    headers: { authorization: `Bearer ${key}` },
  } as RequestInit;
  await (await fetch(`${url}/login`, init)).text();
  await (await fetch(`${url}/api/state`, init)).text();
  const stream = await fetch(`${url}/api/events`, init);
  if (!stream.ok) throw new Error(`status ${stream.status}`);
  const text = stream.body!.pipeThrough(new TextDecoderStream());
  for await (const chunk of text) events += chunk.split("\nevent:").length;
}

for (let made = 0; made < Number(count); made++) {
  open().catch((error) => {
    // deno-lint-ignore no-console -- its report
    console.error(`a console was cut off: ${error}`);
    Deno.exit(1);
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
}
Deno.addSignalListener("SIGTERM", () => {
  // deno-lint-ignore no-console -- its report
  console.log(events);
  Deno.exit(0);
});
