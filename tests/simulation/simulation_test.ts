/** HAKIT_SEEDS=10000 for more, HAKIT_SEED=single:42 for one. A violation prints its seed and the last 120 events of both nodes. */
import { type Kind, Simulation } from "./simulation.ts";

const SEEDS = Number(Deno.env.get("HAKIT_SEEDS") ?? 2000);
const ONE = Deno.env.get("HAKIT_SEED");

const SHARE: { readonly [kind in Kind]: number } = {
  single: 0.4,
  crashes: 0.2,
  chaos: 0.2,
  witness: 0.2,
};

for (const kind of ["single", "crashes", "chaos", "witness"] as const) {
  if (ONE !== undefined && !ONE.startsWith(`${kind}:`)) continue;
  const from = ONE === undefined ? 1 : Number(ONE.split(":")[1]);
  const count = ONE === undefined ? Math.ceil(SEEDS * SHARE[kind]) : 1;
  Deno.test(`simulation ${kind}: seeds ${from} to ${from + count - 1}`, () => {
    for (let seed = from; seed < from + count; seed++) {
      new Simulation(seed, kind).run();
    }
  });
}
