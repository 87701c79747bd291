/** The version of this executable, from deno.json. */
import deno from "../../deno.json" with { type: "json" };

export const VERSION: string = deno.version;
