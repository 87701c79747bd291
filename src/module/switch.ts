/** Maintenance switches of a module: which there are, and what a person may say of each. Pure. */

export const SWITCHES = ["errd", "checker", "failover", "boot"] as const;
export type Switch = typeof SWITCHES[number];

/** auto: as module.yaml says, which may be auto itself. */
export const SWITCH_VALUES = ["on", "off", "auto"] as const;
export type SwitchValue = typeof SWITCH_VALUES[number];
