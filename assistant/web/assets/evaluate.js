// The Evaluate tab. Buttons carry the step that they take (data-step) and the key that presses them (data-key); a step
// goes to Python through window.etudeEvaluate, and Python answers with the next screen. A step waits until the one
// before it was drawn, so that fast keys act on what they meant.
import etude from "./etude.js";

(() => {
  const evaluate = etude.tab("evaluate");
  const { actions, keys } = evaluate;
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const root = () => $("#evaluate-view .evaluate-root");
  const item = () => $("#evaluate-view .item-page");
  const shown = () => document.body.dataset.tab === "evaluate";
  const PATIENCE = 15000, LARGEST = 40e6, MOST_WAITING = 12;
  const ADDRESS = ["see", "run", "with", "session", "rater", "item"];
  let seq = 0;
  let pending = null;      // the step that was sent and is not drawn yet
  let waiting = [];        // what was done meanwhile
  let drawnSeq = "";
  let place = "";
  let lost = null;

  function send(name, data) {
    const bridge = window.etudeEvaluate;
    if (bridge) bridge[name](data);
    else setTimeout(() => send(name, data), 100);
  }
  function whenFree(action) {
    if (!pending) action();
    else if (waiting.length < MOST_WAITING) waiting.push(action);
  }
  function step(data, name = "step") {
    whenFree(() => {
      const focus = document.activeElement;
      pending = {
        data: { ...data, seq: ++seq }, at: Date.now(), inside: Boolean(focus?.closest?.("#evaluate")),
        focus: focus?.closest?.("#evaluate [data-focus]")?.dataset.focus,
      };
      send(name, pending.data);
    });
  }
  const fields = (form) => Object.fromEntries([...new FormData(form)].filter(([, value]) => typeof value === "string"));

  // --- steps ---
  actions.step = (from) => {
    if (from.dataset.sure && !from.classList.contains("sure")) { sure(from); return; }
    step(JSON.parse(from.dataset.step));
  };
  function sure(from) {
    const label = from.innerHTML;
    from.classList.add("sure");
    from.textContent = from.dataset.sure;
    const calm = () => { if (from.isConnected) { from.classList.remove("sure"); from.innerHTML = label; } };
    from.addEventListener("blur", calm, { once: true });
    setTimeout(calm, 4000);
  }
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
      step({ ...given, comment: $(".comment", item()).value });
      pending.focus = "";
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

  async function take(input) {
    const file = input.files[0];
    if (!file) return;
    const content = file.size > LARGEST ? "" : await file.text();
    step({ name: file.name, content }, "take");
  }

  // --- what Python drew ---
  function drawn() {
    const now = root();
    if (!now || now.dataset.seq === drawnSeq) return;
    drawnSeq = now.dataset.seq;
    if (now.dataset.view === "nothing") { if (shown()) step({ do: "runs" }); return; }
    now.tabIndex = -1;
    const mine = pending && Number(now.dataset.seq) >= pending.data.seq ? pending : null;
    const before = place;
    place = `${now.dataset.view} ${now.dataset.address}`;
    if (place !== before) {
      $("#evaluate-scroll").scrollTop = 0;
      for (const area of all("textarea", now)) area.value = area.defaultValue;
      for (const fold of all("details", now)) fold.open = false;
      for (const box of all(".runs input", now)) box.checked = false;
    }
    const rater = $("[data-rater]", now.querySelector("form.who") || document.createElement("i"));
    if (rater && !rater.value) rater.value = etude.kept.get("rater") || "";
    if (mine) {
      pending = null;
      const same = mine.focus && $(`[data-focus="${CSS.escape(mine.focus)}"]`, now);
      if (same && !same.disabled) same.focus({ preventScroll: true });
      else if (mine.inside && shown()) now.focus({ preventScroll: true });
    }
    if (rater && shown() && place !== before) { rater.focus(); rater.select(); }
    lost?.remove();
    lost = null;
    pick();
    address();
    while (waiting.length && !pending) waiting.shift()();
  }
  function address() {
    const at = new URL(location.href);
    const wanted = new URLSearchParams(root().dataset.address);
    for (const name of ADDRESS) {
      if (wanted.has(name)) at.searchParams.set(name, wanted.get(name)); else at.searchParams.delete(name);
    }
    if (at.href !== location.href) history.replaceState(null, "", at);
    etude.titled("evaluate", root().dataset.title);
  }

  // --- a run at work: its place is asked for every second; when it has ended, the screen is drawn anew ---
  function watch() {
    if (pending && Date.now() - pending.at > PATIENCE && !lost) {
      lost = document.createElement("p");
      lost.className = "notice";
      lost.setAttribute("role", "alert");
      lost.textContent = "Etude does not answer. Is it still running in its terminal? Reload the page when it is.";
      $("#evaluate-scroll").prepend(lost);
    }
    if (shown() && $('#evaluate-view .live[data-busy="yes"]')) send("look", {});
  }
  function looked() {
    const now = $("#evaluate-live .live"), there = $("#evaluate-view .live-place");
    if (!now || !there) return;
    if (now.dataset.busy) there.innerHTML = now.outerHTML;
    else if (!pending) step({ do: "new" });
  }

  evaluate.entered = () => { if (root()?.dataset.view === "nothing" && !pending) step({ do: "runs" }); };
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
  function ready() {
    const view = document.getElementById("evaluate-view"), live = document.getElementById("evaluate-live");
    if (!view || !live || !$("#evaluate-scroll")) { setTimeout(ready, 50); return; }
    const changes = {
      childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["data-seq", "data-busy"],
    };
    new MutationObserver(drawn).observe(view, changes);
    new MutationObserver(looked).observe(live, changes);
    setInterval(watch, 1000);
    drawn();
  }
  ready();
})();
