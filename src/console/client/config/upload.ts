/** A new module from an archive: the agent reads it, and says what is wrong with it. */
import type { Applied } from "../../../agent/module_changes.ts";
import { ask, refusedText } from "../ask.ts";
import { learn } from "../said.ts";
import { words } from "../words.ts";
import { leave } from "./told.ts";

export function takeUploads(form: HTMLFormElement): void {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const data = new FormData(form);
    const name = String(data.get("name") ?? "");
    const archive = data.get("archive");
    if (!(archive instanceof File)) return;
    const answer = await ask<Applied>(
      `/api/modules/${encodeURIComponent(name)}`,
      {
        method: "PUT",
        body: archive,
      },
    );
    if (answer.ok) return leave(name, answer.value, words());
    await learn();
    const status = form.querySelector("[role=status]");
    if (status) status.textContent = refusedText(answer);
  });
}
