// The Exam tab. Buttons carry the step that they take (data-step) and the key that presses them (data-key); a step goes
// to Python through window.etudeExam, and Python answers with the next screen. Nothing is kept here but what is on its
// way: a step waits until the one before it was drawn, so that fast keys act on what they meant.
import etude from "./etude.js";

(() => {
  const exam = etude.tab("exam");
  const { actions, keys } = exam;
  const $ = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const root = () => $("#exam-view .exam-root");
  const page = () => $("#exam-view .question-page");
  const shown = () => document.body.dataset.tab === "exam";
  const PATIENCE = 8000, LOOK = 20000, MOST_WAITING = 12, LARGEST = 40e6;
  const AGAIN = ["respond", "check", "flag"];
  let seq = 0;
  let pending = null;      // the step that was sent and is not drawn yet
  let waiting = [];        // what was done meanwhile
  let drawnSeq = "";
  let place = "";          // where the screen was, to know whether it is another
  let picks = null;        // what is chosen in a matching question, newer than what Python has
  let clock = null;        // { left, at, exam }
  let lost = null;

  function send(name, data) {
    const bridge = window.etudeExam;
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
        data: { ...data, ...leaving(), seq: ++seq }, at: Date.now(), inside: Boolean(focus?.closest?.("#exam")),
        focus: focus?.closest?.("#exam [data-focus]")?.dataset.focus,
      };
      send(name, pending.data);
    });
  }
  function leaving() {
    const busy = {};
    const explained = $("#exam-below .explained:is([data-state=working], [data-state=writing])");
    if (explained) busy.conversation = explained.dataset.conversation;
    if (run && $("#exam-below [data-busy=yes]")) busy.run = run;
    return busy;
  }
  function where() {
    const address = new URLSearchParams(root()?.dataset.address || "");
    return { exam: address.get("exam") || "", at: Number(address.get("q") || 1) - 1 };
  }

  // --- steps and keys ---
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
  actions.new = () => { closeAside(); step({ do: "home" }); };

  function pressed(name) {
    const able = (element) => !element.disabled && element.checkVisibility({ visibilityProperty: true });
    return all(`#exam [data-key="${name}"]`).reverse().find(able);
  }
  function press(name, event) {
    const at = event.target.closest?.("button, a, summary, select, [tabindex='0']");
    const card = at?.closest?.(".ordering .row");
    // A control that has the focus does what it always does; an option is chosen by Space, and Enter checks.
    const presses = name === "Enter" || name === "Space";
    if (presses && at?.closest("#exam, .bar") && !at.closest(".option, .key-only")) return false;
    if (name === "Space" && at?.matches?.("button.option")) return false;
    if (card && ["ArrowUp", "ArrowDown"].includes(name)) {
      move(card, name === "ArrowUp" ? "up" : "down");
      return true;
    }
    if (pending) { whenFree(() => act(name)); return true; }
    return act(name);
  }
  function act(name) {
    const button = pressed(name);
    if (!button) return false;
    if (button.tagName === "LI") button.focus(); else button.click();
    return true;
  }
  for (const name of [..."12345678freh", "Enter", "Escape", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]) {
    keys[name] = (event) => press(name, event);
  }
  keys[" "] = (event) => press("Space", event);

  // Only the pane moves: scrollIntoView would also move what surrounds it.
  function show(element, pane, start = false) {
    const box = element.getBoundingClientRect(), frame = pane.getBoundingClientRect();
    const beneath = box.bottom - frame.bottom + 96;
    if (start || box.top < frame.top) pane.scrollTop += box.top - frame.top - 8;
    else if (beneath > 0) pane.scrollTop += Math.min(beneath, box.top - frame.top);
  }

  // --- answering ---
  function response() {
    if (page().dataset.type === "ordering") return all(".ordering .row", page()).map((row) => row.dataset.letter);
    if (page().dataset.type === "matching") return all("select", page()).map((select) => select.value);
    return all(".option[aria-checked=true]", page()).map((option) => option.dataset.letter);
  }
  function respond(letters, more = {}) {
    step({ do: "respond", ...where(), question: page().dataset.question, response: letters, ...more });
  }
  actions.choose = (from) => {
    const letter = from.dataset.letter;
    whenFree(() => {
      const option = page() && $(`.option[data-letter="${letter}"]`, page());
      if (!option) return;
      if (page().dataset.type === "single") {
        for (const other of all(".option", page())) other.setAttribute("aria-checked", String(other === option));
      } else option.setAttribute("aria-checked", String(option.getAttribute("aria-checked") !== "true"));
      respond(response());
    });
  };
  actions.check = () => whenFree(() => {
    if (!page()) return;
    const letters = response();
    step({ do: "check", ...where(), question: page().dataset.question, response: letters.filter(Boolean) });
  });
  function move(row, way) {
    const letter = row.dataset.letter;
    whenFree(() => {
      const order = page() ? response() : [];
      const at = order.indexOf(letter), to = at + (way === "up" ? -1 : 1);
      if (at < 0 || to < 0 || to >= order.length) return;
      [order[at], order[to]] = [order[to], order[at]];
      respond(order);
      pending.focus = `card-${letter}`;
    });
  }
  actions.move = (from) => move(from.closest(".row"), from.dataset.way);
  function picked() {
    picks = { question: page().dataset.question, values: response() };
    whenFree(() => {
      if (page()?.dataset.question !== picks?.question) return;
      const gap = picks.values.indexOf("");
      respond(gap < 0 ? picks.values : picks.values.slice(0, gap), { picked: picks.values });
    });
  }

  // --- forms ---
  actions.begin = (form) => {
    const data = new FormData(form);
    step({
      do: "begin", mode: "practice", domains: data.getAll("domains"), difficulty: data.get("difficulty") || "",
      count: Number(data.get("count")),
    });
  };
  let run = "";
  actions.solve = (form) => {
    if ($("#exam-below [data-busy=yes]")) return;
    run = crypto.randomUUID ? crypto.randomUUID() : String(Math.random());
    send("solve", { pasted: $("textarea", form).value, run });
  };
  actions.try = () => {
    const area = $("#paste");
    area.value = area.placeholder;
    actions.solve(area.form);
  };
  async function take(input) {
    const file = input.files[0];
    if (!file) return;
    const content = file.size > LARGEST ? "" : await file.text();
    step({ name: file.name, content }, "take");
  }

  // --- the notes beside the question, and the explanation ---
  function aside(name) {
    document.body.classList.add("with-aside");
    $("#exam-aside").dataset.shows = name;
  }
  function closeAside() { document.body.classList.remove("with-aside"); focusRoot(); }
  actions.aside = closeAside;
  actions.section = (from) => { send("section", { section: from.dataset.section }); aside("section"); };
  actions.cite = (from) => {
    $(".passages-place").innerHTML = $(".passages", from.closest(".turn")).innerHTML;
    aside("passages");
    for (const source of all(".passages-place .source")) {
      source.classList.toggle("chosen", source.dataset.marker === from.dataset.marker);
    }
    const chosen = $(".passages-place .source.chosen");
    if (!chosen) return;
    show($("mark", chosen) || chosen, $("#exam-aside"), false);
    chosen.focus({ preventScroll: true });
  };
  actions.explain = () => whenFree(() => {
    if (!page()) return;
    if (!$("#exam-below .explained:not(:has(.notice))")) send("explain", { question: page().dataset.question });
    else show($("#exam-below"), $("#exam-scroll"), true);
  });
  actions.halt = (from) => {
    from.disabled = true;
    from.textContent = "Stopping";
    send("halt", { conversation: $("#exam-below .explained")?.dataset.conversation || "", run });
  };

  // --- what Python drew ---
  function focusRoot() {
    const at = document.activeElement;
    if (at && at !== document.body && at.isConnected && at.checkVisibility()) return;
    root()?.focus({ preventScroll: true });
  }
  function drawn() {
    const now = root();
    // Gradio changes what is there rather than putting something new in its place.
    if (!now || now.dataset.seq === drawnSeq) return;
    drawnSeq = now.dataset.seq;
    now.tabIndex = -1;
    const mine = pending && Number(now.dataset.seq) >= pending.data.seq ? pending : null;
    const before = place;
    place = `${now.dataset.view} ${now.dataset.address} ${$("[data-card]", now)?.dataset.card || ""}`;
    if (place !== before) { $("#exam-scroll").scrollTop = 0; picks = null; }
    else if ($(".verdict", now)) show($(".verdict", now), $("#exam-scroll"));
    if (picks && page() && !page().dataset.checked && picks.question === page().dataset.question) {
      all("select", page()).forEach((select, number) => { select.value = picks.values[number]; });
    }
    if (mine) {
      pending = null;
      const same = mine.focus && $(`[data-focus="${CSS.escape(mine.focus)}"]`, now);
      if (same && !same.disabled) same.focus({ preventScroll: true });
      else if (mine.inside && shown()) focusRoot();
    }
    found();
    address();
    tick($(".clock", now));
    if (waiting.length && !pending) waiting.shift()();
    while (waiting.length && !pending) waiting.shift()();
    again();
  }
  function address() {
    const at = new URL(location.href);
    const wanted = new URLSearchParams(root().dataset.address);
    for (const name of ["exam", "q", "view", "deck"]) {
      if (wanted.has(name)) at.searchParams.set(name, wanted.get(name)); else at.searchParams.delete(name);
    }
    if (at.href !== location.href) history.replaceState(null, "", at);
    etude.titled("exam", root().dataset.title);
  }
  function below() {
    const explained = $("#exam-below .explained");
    if (run !== below.run && $("#exam-below .solved-list")) {
      below.run = run;
      show($("#exam-below"), $("#exam-scroll"));
    }
    const foreign = explained && explained.dataset.question !== page()?.dataset.question;
    $("#exam-below").classList.toggle("foreign", Boolean(foreign));
    if (explained && !foreign && explained.dataset.state === "working" && !below.told) {
      show($("#exam-below"), $("#exam-scroll"));
    }
    below.told = explained?.dataset.state === "working";
  }
  function sectionDrawn() {
    const section = $("#exam-section .source");
    if (!section || !document.body.classList.contains("with-aside")) return;
    $("#exam-aside").scrollTop = 0;
    section.focus({ preventScroll: true });
  }

  // --- the clock: it counts here between two looks of the server, whose count is the truth ---
  const words = (left) => left >= 90 ? `${Math.round(left / 60)} min left` : `${Math.max(0, Math.round(left))} s left`;
  function tick(from) {
    if (from) clock = { left: Number(from.dataset.left), at: Date.now(), exam: from.dataset.exam, looked: Date.now() };
    const face = $("#exam-view .clock");
    if (!clock || !face) { clock = null; return; }
    const left = clock.left - (Date.now() - clock.at) / 1000;
    face.textContent = words(left);
    face.classList.toggle("soon", left < 300);
    if (Date.now() - clock.looked > (left <= 0 ? 1000 : LOOK)) {
      clock.looked = Date.now();
      send("look", { exam: clock.exam });
    }
  }
  function looked() {
    const now = $("#exam-clock .clock");
    if (!now || !clock || now.dataset.exam !== clock.exam) return;
    if (now.dataset.over) step({ do: "show", ...where() });
    else { clock.left = Number(now.dataset.left); clock.at = Date.now(); }
  }

  // --- when Etude does not answer ---
  function watch() {
    if (!pending || Date.now() - pending.at < PATIENCE || lost) return;
    lost = document.createElement("p");
    lost.className = "notice";
    lost.setAttribute("role", "alert");
    lost.textContent = "Etude does not answer. Is it still running in its terminal? The page goes on when it is back.";
    $("#exam-scroll").prepend(lost);
    const back = setInterval(async () => {
      if (!lost) { clearInterval(back); return; }
      try {
        await fetch("/etude/etude.js", { cache: "no-store" });
        if (pending && AGAIN.includes(pending.data.do)) {
          sessionStorage.setItem("etude-exam-again", JSON.stringify(pending.data));
        }
        location.reload();
      } catch { /* not yet */ }
    }, 2000);
  }
  function found() { lost?.remove(); lost = null; }
  function again() {
    let kept = null;
    try {
      kept = JSON.parse(sessionStorage.getItem("etude-exam-again"));
      sessionStorage.removeItem("etude-exam-again");
    } catch { /* private window */ }
    if (kept) step(kept);
  }

  exam.entered = () => { if (root()) focusRoot(); };
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("#exam select[data-match]")) picked();
    if (event.target.matches?.("#exam input[name=history]")) take(event.target);
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.id === "paste" && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      actions.solve(event.target.form);
    }
  });
  function ready() {
    const places = ["exam-view", "exam-below", "exam-section", "exam-clock"].map((id) => document.getElementById(id));
    if (places.some((found) => !found) || !$("#exam-scroll")) { setTimeout(ready, 50); return; }
    const changes = {
      childList: true, subtree: true, characterData: true, attributes: true,
      attributeFilter: ["data-left", "data-over", "data-seq", "data-state", "data-section"],
    };
    [drawn, below, sectionDrawn, looked].forEach((tell, number) => {
      new MutationObserver(tell).observe(places[number], changes);
    });
    const veil = document.createElement("button");
    veil.className = "veil";
    veil.type = "button";
    veil.setAttribute("aria-label", "Close the note");
    veil.addEventListener("click", closeAside);
    $("#exam").append(veil);
    setInterval(() => { tick(); watch(); }, 1000);
    drawn();
  }
  ready();
})();
