// The Settings tab: sections to choose from, forms, and downloads that are looked at each second. How a step goes to
// Python and comes back is in steps.js, what forms do in forms.js, the appearance in etude.js.
import etude from "./etude.js";
import formsOf from "./forms.js";
import stepsOf, { $ } from "./steps.js";

(() => {
  const settings = etude.tab("settings");
  const forms = formsOf("settings", () => steps, ["1", "2", "3", "4", "5"]);
  const steps = stepsOf("settings", {
    bridge: "etudeSettings",
    address: ["section"],
    patience: 90000, // checking everything loads the models
    silence: "What you wrote is still here.",
    stays: true,
    empty: () => { if (steps.shown()) show(); },
    drawing: forms.drawing,
    drawn,
  });
  const { root, shown, step } = steps;
  const show = (section = "models") => step({ do: "show", section });

  // A key goes to Python and never comes back; here it waits in its field until it is saved.
  const keyField = () => $('#settings [name="endpoint.api_key"]');
  let key = "";
  const keep = () => { key = keyField()?.value || ""; };
  function drawn(now) {
    if (keyField() && !$("[data-renew]", now)) keyField().value = key;
    key = "";
    forms.drawn(now);
    etude.look();
    $("nav.views [aria-current]", now)?.scrollIntoView({ block: "nearest", inline: "nearest" });
    // What was saved is shown by the Chat tab too.
    if ($("[data-renew]", now)) window.etudeBridge?.renew?.({});
  }
  function watch() {
    if (!shown() || steps.pending() || document.hidden || $("#settings .sure")) return;
    if ($("#settings [data-running]")) show();
  }

  const send = settings.actions.send;
  settings.actions.send = (form) => { keep(); send(form); };
  settings.actions.along = (from) => {
    keep();
    from.form.classList.add("sent");
    step({ ...JSON.parse(from.dataset.step), fields: forms.fields(from.form) });
  };
  settings.actions.new = () => show();
  settings.entered = () => {
    const view = root()?.dataset.view;
    if ((view === "nothing" || view === "models") && !steps.pending()) show();
  };
  steps.begin({}, [], () => setInterval(watch, 1000));
})();
