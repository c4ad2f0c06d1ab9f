// The Guardrails tab: the list, one guardrail, editing it, and trying a text. How a step goes to Python and comes back is
// in steps.js. Forms bring their fields along with a step, and Python draws them again as they were: nothing typed is
// kept anywhere else.
import etude from "./etude.js";
import stepsOf, { $, all } from "./steps.js";

(() => {
  const guardrails = etude.tab("guardrails");
  const { actions, keys } = guardrails;
  const steps = stepsOf("guardrails", {
    bridge: "etudeGuardrails",
    address: ["guardrail", "version", "doing"],
    patience: 60000, // the first text that is tried loads models
    silence: "What you wrote is still here.",
    empty: () => { if (shown()) step({ do: "list" }); },
    drawing,
    drawn,
  });
  const { root, shown, step } = steps;
  const fields = (form) => Object.fromEntries([...new FormData(form)].filter(([, value]) => typeof value === "string"));

  // --- steps ---
  actions.send = (form) => {
    form.classList.add("sent");
    step({ ...JSON.parse(form.dataset.step), fields: fields(form) });
  };
  actions.along = (from) => {
    if (["add", "remove"].includes(JSON.parse(from.dataset.step).do)) unsaved = root().dataset.address;
    step({ ...JSON.parse(from.dataset.step), fields: fields(from.form) }, "step", from.dataset.then || null);
  };
  actions.new = () => step({ do: "list" });

  // --- what was typed and is not saved ---
  let unsaved = "";        // the address of the form that has it
  function warn() {
    const on = $("#guardrails form.edit") && root().dataset.address === unsaved;
    for (const button of all("#guardrails .back")) {
      if (on) button.dataset.sure = "Leave without saving?"; else delete button.dataset.sure;
    }
  }
  function typed(event) {
    if (!event.target.closest?.("#guardrails form.edit")) return;
    unsaved = root().dataset.address;
    warn();
  }

  // --- keys ---
  function press(name) {
    const able = (element) => !element.disabled && element.checkVisibility({ visibilityProperty: true });
    const button = all(`#guardrails [data-key="${name}"]`).find(able);
    if (!button) return false;
    button.click();
    return true;
  }
  for (const name of ["h", "e", "t"]) keys[name] = () => press(name);
  keys.Escape = (event) => {
    if (!event.target.matches?.("#guardrails :is(input, textarea, select)")) return false;
    event.target.blur();
    return true;
  };
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.("#guardrails form");
    if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });

  // --- what Python drew ---
  function drawing(now, other) {
    // Gradio changes the attributes of fields that are there; what the fields hold follows them.
    for (const field of all("input:not([type=radio]), textarea", now)) field.value = field.defaultValue;
    for (const field of all("input[type=radio]", now)) field.checked = field.defaultChecked;
    for (const option of all("option", now)) option.selected = option.defaultSelected;
    for (const form of all("form.sent", now)) form.classList.remove("sent");
    if (!$("form.edit", now)) unsaved = "";
    warn();
    if (other) for (const fold of all("details", now)) fold.open = fold.hasAttribute("data-open");
  }
  function drawn(now) {
    const wrong = $("[aria-invalid]", now);
    if (wrong && shown()) wrong.focus();
  }

  guardrails.entered = () => { if (root()?.dataset.view === "nothing" && !steps.pending()) step({ do: "list" }); };
  document.addEventListener("input", typed);
  steps.begin({}, [], () => {});
})();
