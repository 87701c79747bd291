/** A trusted link that does not carry what it was given: a bad cable, a broken network card. No frame of it is taken for good. */
import { sufferHarms } from "./harms.ts";
import { onPair } from "./on_pair.ts";

const CHECKSUM = /frame with a wrong checksum/,
  ORDER = /operation \d+ after \d+/;

onPair({
  name: "frames are changed, added, repeated, lost or cut on a trusted link",
  idle: true,
  trusted: true,
  config: [{ dial: ["10.177.0.1"] }, {}],
  run: (pair) =>
    sufferHarms(pair, "frames", [
      { harm: "there:flip", by: 1, said: CHECKSUM },
      { harm: "there:insert", by: 1, said: CHECKSUM },
      { harm: "there:repeat", by: 1, said: ORDER },
      { harm: "there:drop", by: 1, said: ORDER },
      { harm: "there:cut", by: 1, said: /closed the connection|ECONNRESET/ },
      { harm: "back:flip", by: 0, said: CHECKSUM },
    ]),
});
