/** A text field with colours and line numbers: coloured text lies under a transparent textarea of the same size, which does the work. */
import { useLayoutEffect, useRef } from "hono/jsx/dom";
import { highlight, type Language } from "./highlight.ts";

export interface EditorProps {
  readonly label: string;
  readonly value: string;
  readonly language: Language;
  /** The line that a mistake is in. */
  readonly mistake: number | null;
  readonly onChange: (value: string) => void;
}

export function Editor(props: EditorProps) {
  const { label, value, language, mistake, onChange } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  // In the same turn as the label and onChange: later, who types at once would write one file's text into another.
  useLayoutEffect(() => {
    // Not while it is equal: the cursor would jump.
    if (field.current && field.current.value !== value) {
      field.current.value = value;
    }
  }, [value]);
  return (
    <div class="editor">
      <div class="text">
        <pre aria-hidden="true">
          {highlight(value, language).map((line, index) => (
            <span class={index + 1 === mistake ? "ln wrong" : "ln"} key={index}>
              {line.length === 0
                ? " "
                : line.map((token, at) => (
                  <i class={token.kind} key={at}>{token.text}</i>
                ))}
            </span>
          ))}
        </pre>
        <textarea
          ref={field}
          aria-label={label}
          aria-invalid={mistake === null ? undefined : "true"}
          spellcheck={false}
          autocapitalize="none"
          autocomplete="off"
          wrap="off"
          onInput={(event: Event) =>
            onChange((event.target as HTMLTextAreaElement).value)}
        />
      </div>
    </div>
  );
}
