/** Commands of several actions, such as `hakit user add NAME`: the first argument says which. */
import { type Call, UsageError } from "./command.ts";
import { suggest } from "./suggest.ts";

/** The action that was asked for; throws UsageError for any other word. */
export function actionOf<T extends string>(
  command: string,
  { args }: Call,
  actions: readonly T[],
): T {
  const [word = ""] = args;
  const known = actions.find((action) => action === word);
  if (known) return known;
  const near = suggest(word, actions);
  throw new UsageError(
    `hakit ${command}: unknown action "${word}", ` +
      (near ? `did you mean "${near}"?` : `expected ${actions.join(", ")}`),
  );
}

/** The argument behind the action. */
export function nameOf(command: string, { args }: Call, what: string): string {
  const [action, name] = args;
  if (name !== undefined) return name;
  throw new UsageError(`hakit ${command} ${action}: name ${what}`);
}
