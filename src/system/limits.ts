/** What more than one part must agree on. */

/** Of a node: so many fit into one heartbeat, and into one question to the witness. */
export const MAX_MODULES = 32;
