/** `hakit completion bash|zsh`: a completion script made from the table. */
import { type Command, UsageError } from "./command.ts";

/** `table` comes later: the command itself is part of it. */
export function completionCommand(table: () => readonly Command[]): Command {
  return {
    name: "completion",
    summary: "Print completion for a shell",
    group: "Other",
    args: [{
      name: "SHELL",
      summary: "bash or zsh",
      words: ["bash", "zsh"],
    }],
    details: 'bash: eval "$(hakit completion bash)"   zsh: the same with zsh',
    run({ args, out }) {
      const shell = args[0];
      if (shell !== "bash" && shell !== "zsh") {
        throw new UsageError(
          `hakit completion: unknown shell "${shell}", expected bash or zsh`,
        );
      }
      out.line(completionScript(table(), shell));
      return 0;
    },
  };
}

/** Pure. zsh runs the bash script by its own bridge. */
function completionScript(
  table: readonly Command[],
  shell: "bash" | "zsh",
): string {
  const shown = table.filter((command) => !command.hidden);
  const cases = shown.map((command) => {
    const flags = ["--help"].concat(
      Object.keys(command.flags ?? {}).map((flag) => `--${flag}`),
    );
    const places = (command.args ?? []).map((argument, i) => {
      const words = argument.words === "module"
        ? "$(ls /etc/hakit/modules 2>/dev/null)"
        : (argument.words ?? []).join(" ");
      return `      ${argument.rest ? "*" : i}) words="${words}" ;;`;
    });
    return `    ${command.name})
      flags="${flags.join(" ")}"
      case $place in
${places.join("\n")}
      esac ;;`;
  });
  const names = ["help", ...shown.map((command) => command.name)].join(" ");
  return `${
    shell === "zsh" ? "autoload -U bashcompinit && bashcompinit\n" : ""
  }\
_hakit() {
  local here="\${COMP_WORDS[COMP_CWORD]}" words="" flags="" place=-1 i
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${names}" -- "$here")); return
  fi
  for ((i = 2; i <= COMP_CWORD; i++)); do
    case "\${COMP_WORDS[i]}" in -*) ;; *) place=$((place + 1)) ;; esac
  done
  case "\${COMP_WORDS[1]}" in
    help) words="${names}" ;;
${cases.join("\n")}
  esac
  case "$here" in -*) words="$flags" ;; esac
  COMPREPLY=($(compgen -W "$words" -- "$here"))
}
complete -o default -F _hakit hakit`;
}
