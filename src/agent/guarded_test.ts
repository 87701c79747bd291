import assert from "node:assert/strict";
import { config, PRIM } from "../../tests/machine_life.ts";
import { now } from "../system/clock.ts";
import { initial, type State } from "../machine/step.ts";
import { Guarded } from "./guarded.ts";

const STATE: State = {
  ...initial(config(), PRIM),
  begun: true,
  role: "PRIM",
};
const later = (ms: number): State => ({ ...STATE, peerUntil: now() + ms });

Deno.test("services that the guard froze in the moment in which it was told not to go on all the same", async () => {
  let frozen = false, looks = 0;
  const guarded = new Guarded({
    module: { name: "app", virtual_addresses: [], services: [] },
    services: {
      group: "/group",
      frozen: () => frozen,
      thaw: () => frozen = false,
    },
    stuck: () => {},
    addresses: {
      look: () => {
        looks += 1;
        return Promise.resolve();
      },
    },
    log: { warning: () => {} },
  });
  const say = (state: State) => guarded.ward(state, state);
  say(later(5_000));
  say(later(5_000));
  assert.equal(looks, 1, "what the agent's last life knew of");
  assert.ok(guarded.certain);

  // Nothing is known of it: the report came before the guard's last turn.
  frozen = true;
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  say(later(5_000));
  assert.equal(frozen, false);

  // What may not be served here stays as it is.
  frozen = true;
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  say({ ...STATE, peerUntil: now() - 10 });
  assert.equal(frozen, true);
});
