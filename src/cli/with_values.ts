/** `--set KEY=VALUE` on a module.yaml. */
import { parseDocument } from "yaml";
import { UsageError } from "./command.ts";

/** module.yaml with values changed, comments kept. Pure. */
export function withValues(text: string, changes: readonly string[]): string {
  if (changes.length === 0) return text;
  const document = parseDocument(text);
  for (const change of changes) {
    const at = change.indexOf("=");
    if (at < 1) {
      throw new UsageError(`--set "${change}", expected KEY=VALUE`);
    }
    const path = change.slice(0, at).split(".");
    const value = change.slice(at + 1);
    // Variables are text, whatever they look like; elsewhere the value is YAML.
    document.setIn(
      path,
      path[0] === "variables" ? value : parseDocument(value).toJS(),
    );
  }
  return document.toString();
}
