// The Guardrails tab: the list, one guardrail, editing it, and trying a text. How a step goes to Python and comes back is
// in steps.js, what forms do in forms.js.
import etude from "./etude.js";
import formsOf from "./forms.js";
import stepsOf from "./steps.js";

(() => {
  const guardrails = etude.tab("guardrails");
  const forms = formsOf("guardrails", () => steps, ["h", "e", "t"]);
  const list = () => steps.step({ do: "list" });
  const steps = stepsOf("guardrails", {
    bridge: "etudeGuardrails",
    address: ["guardrail", "version", "doing"],
    patience: 60000, // the first text that is tried loads models
    silence: "What you wrote is still here.",
    empty: () => { if (steps.shown()) list(); },
    drawing: forms.drawing,
    drawn: forms.drawn,
  });

  guardrails.actions.along = (from) => {
    const step = JSON.parse(from.dataset.step);
    if (["add", "remove"].includes(step.do)) forms.changed();
    steps.step({ ...step, fields: forms.fields(from.form) }, "step", from.dataset.then || null);
  };
  guardrails.actions.new = list;
  guardrails.entered = () => { if (steps.root()?.dataset.view === "nothing" && !steps.pending()) list(); };
  steps.begin({}, [], () => {});
})();
