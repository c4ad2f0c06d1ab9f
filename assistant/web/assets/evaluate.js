// The Evaluate tab: runs, comparisons and rating. How a step goes to Python and comes back is in steps.js; buttons carry
// the key that presses them (data-key).
import etude from "./etude.js";
import stepsOf, { $, all } from "./steps.js";

(() => {
  const evaluate = etude.tab("evaluate");
  const { actions, keys } = evaluate;
  const steps = stepsOf("evaluate", {
    bridge: "etudeEvaluate",
    address: ["see", "run", "with", "session", "rater", "item"],
    patience: 15000,
    silence: "Reload the page when it is.",
    empty: () => { if (shown()) step({ do: "runs" }); },
    drawing,
    drawn,
  });
  const { root, shown, send, whenFree, step, take } = steps;
  const item = () => $("#evaluate-view .item-page");
  const fields = (form) => Object.fromEntries([...new FormData(form)].filter(([, value]) => typeof value === "string"));

  // --- steps ---
  for (const name of ["start", "make"]) actions[name] = (form) => step({ do: name, ...fields(form) });
  actions.new = () => step({ do: "runs" });
  // The list has the latest first; the question is mostly whether the later run is better.
  actions.compare = () => step({ do: "compare", runs: picked().map((box) => box.value).reverse() });
  actions.against = (form) => step({ do: "compare", runs: [fields(form).other, form.dataset.run] });
  actions.sit = (form) => {
    const { rater } = fields(form);
    etude.kept.set("rater", rater);
    step({ do: "sit", session: form.dataset.session, rater, item: -1 });
  };

  // --- rating ---
  actions.give = (from) => {
    const given = JSON.parse(from.dataset.step);
    whenFree(() => {
      // A key that was pressed for the item before this one is not meant for it.
      if (item()?.dataset.at !== String(given.item)) return;
      for (const other of all(".choose-one", item())) other.setAttribute("aria-checked", String(other === from));
      step({ ...given, comment: $(".comment", item()).value }, "step", "");
    });
  };
  function commented(area) {
    if (!area.dataset.value) return;
    const { session, rater, at } = item().dataset;
    const given = { session, rater, item: Number(at), value: area.dataset.value, comment: area.value };
    step({ do: "give", stay: true, ...given });
  }
  function grow(area) {
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
  }

  // --- comparing ---
  const picked = () => all("#evaluate .runs input:checked");
  function pick() {
    const chosen = picked(), suite = chosen[0]?.dataset.suite;
    for (const box of all("#evaluate .runs input")) {
      box.disabled = !box.checked && (chosen.length > 1 || (suite && box.dataset.suite !== suite));
    }
    const button = $('#evaluate [data-focus="compare"]');
    if (button) button.disabled = chosen.length !== 2;
  }

  // --- keys ---
  function press(name, event) {
    const at = event.target.closest?.("button, a, summary, select, input");
    // A control that has the focus does what it always does.
    if (event.target.matches?.("#evaluate textarea")) { event.target.blur(); return true; }
    if (name === "Enter" && at?.closest("#evaluate, .bar")) return false;
    return whenFree(() => act(name)) ?? true;
  }
  function act(name) {
    const able = (element) => !element.disabled && element.checkVisibility({ visibilityProperty: true });
    all(`#evaluate [data-key="${name}"]`).find(able)?.click();
  }
  for (const name of [..."12345hn", "Enter", "Escape", "ArrowLeft", "ArrowRight"]) {
    keys[name] = (event) => press(name, event);
  }
  keys.c = () => { const area = $("#evaluate .comment"); if (!area) return false; area.focus(); return true; };
  keys.p = () => {
    const folds = all("#evaluate .cited");
    const open = folds.some((fold) => !fold.open);
    for (const fold of folds) fold.open = open;
    return folds.length > 0;
  };

  // --- what Python drew ---
  function drawing(now, other) {
    const rater = $("form.who [data-rater]", now);
    if (rater && !rater.value) rater.value = etude.kept.get("rater") || "";
    if (!other) return;
    for (const area of all("textarea", now)) area.value = area.defaultValue;
    for (const fold of all("details", now)) fold.open = fold.hasAttribute("data-open");
    for (const box of all(".runs input", now)) box.checked = false;
  }
  function drawn(now, other) {
    const rater = $("form.who [data-rater]", now);
    if (rater && shown() && other) { rater.focus(); rater.select(); }
    pick();
  }

  // --- a run at work: its place is asked for every second; when it has ended, the screen is drawn anew ---
  function watch() {
    if (shown() && $('#evaluate-view .live[data-busy="yes"]')) send("look", {});
  }
  function looked() {
    const now = $("#evaluate-live .live"), there = $("#evaluate-view .live-place");
    if (!now || !there) return;
    if (now.dataset.busy) there.innerHTML = now.outerHTML;
    else if (!steps.pending()) step({ do: "new" });
  }

  evaluate.entered = () => { if (root()?.dataset.view === "nothing" && !steps.pending()) step({ do: "runs" }); };
  document.addEventListener("change", (event) => {
    const from = event.target;
    if (!from.closest?.("#evaluate")) return;
    if (from.matches(".runs input")) pick();
    if (from.matches("input[name=ratings]")) take(from);
    if (from.matches("textarea.comment")) commented(from);
    if (from.dataset.redraw) step({ ...fields(from.form), do: from.dataset.redraw, form: true });
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches?.("#evaluate textarea.comment")) grow(event.target);
  });
  steps.begin({ "evaluate-live": looked }, ["data-busy"], () => setInterval(watch, 1000));
})();
