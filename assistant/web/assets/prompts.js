// The Prompts tab: the list, one template, filling it in, and editing its file. How a step goes to Python and comes
// back is in steps.js, what forms do in forms.js.
import etude from "./etude.js";
import formsOf from "./forms.js";
import stepsOf, { $ } from "./steps.js";

(() => {
  const prompts = etude.tab("prompts");
  const forms = formsOf("prompts", () => steps, ["h", "e", "t"]);
  const list = () => steps.step({ do: "list" });
  const steps = stepsOf("prompts", {
    bridge: "etudePrompts",
    address: ["prompt", "version", "doing"],
    patience: 30000,
    silence: "What you wrote is still here.",
    empty: () => { if (steps.shown()) list(); },
    drawing: forms.drawing,
    drawn,
  });

  // A sentence that names a line of the text leads to it.
  function drawn(now) {
    forms.drawn(now);
    const box = $("textarea[aria-invalid].code", now);
    const line = Number(/\bline (\d+)/i.exec($(".wrong", now)?.innerText || "")?.[1]);
    if (!box || !line || !steps.shown()) return;
    const lines = box.value.split("\n"), before = lines.slice(0, line - 1).join("\n").length + (line > 1);
    box.setSelectionRange(before, before + (lines[line - 1] || "").length);
    box.scrollTop = Math.max(0, (line - 4) * Number.parseFloat(getComputedStyle(box).lineHeight));
  }

  prompts.actions.new = list;
  prompts.entered = () => { if (steps.root()?.dataset.view === "nothing" && !steps.pending()) list(); };
  steps.begin({}, [], () => {});
})();
