// What rooms with forms share: a form brings its fields along with a step, and Python draws them again as they were.
// Nothing typed is kept anywhere else. What is typed and not saved is asked about before it is left.
import etude from "./etude.js";
import { $, all } from "./steps.js";

// Return what a room does when a screen is drawn, the `fields` of a form, and what says that a form was `changed` by a
// step and not by typing; `steps` gives the steps of the room, `letters` are its shortcuts.
export default function formsOf(name, steps, letters) {
  const { actions, keys } = etude.tab(name);
  const fields = (form) => Object.fromEntries([...new FormData(form)].filter(([, value]) => typeof value === "string"));
  let unsaved = "";        // the address of the form that has it

  actions.send = (form) => {
    form.classList.add("sent");
    steps().step({ ...JSON.parse(form.dataset.step), fields: fields(form) });
  };

  function warn() {
    const on = $(`#${name} form.edit`) && steps().root().dataset.address === unsaved;
    for (const button of all(`#${name} .back`)) {
      if (on) button.dataset.sure = "Leave without saving?"; else delete button.dataset.sure;
    }
  }
  const changed = () => { unsaved = steps().root().dataset.address; };
  document.addEventListener("input", (event) => {
    if (!event.target.closest?.(`#${name} form.edit`)) return;
    changed();
    warn();
  });

  function press(letter) {
    const able = (element) => !element.disabled && element.checkVisibility({ visibilityProperty: true });
    const button = all(`#${name} [data-key="${letter}"]`).find(able);
    button?.click();
    return Boolean(button);
  }
  for (const letter of letters) keys[letter] = () => press(letter);
  keys.Escape = (event) => {
    if (!event.target.matches?.(`#${name} :is(input, textarea, select)`)) return false;
    event.target.blur();
    return true;
  };
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.(`#${name} form`);
    if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });

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
    if (wrong && steps().shown()) wrong.focus();
  }
  return { changed, drawing, drawn, fields };
}
