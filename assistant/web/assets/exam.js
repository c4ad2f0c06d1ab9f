// The Exam tab. How a step goes to Python and comes back is in steps.js; buttons carry the key that presses them
// (data-key). Nothing is kept here but what is on its way.
import etude from "./etude.js";
import stepsOf, { $, all } from "./steps.js";

(() => {
  const exam = etude.tab("exam");
  const { actions, keys } = exam;
  const steps = stepsOf("exam", {
    bridge: "etudeExam",
    address: ["exam", "q", "view", "deck"],
    patience: 8000,
    silence: "The page goes on when it is back.",
    stays: true,
    leaving,
    lost,
    drawing,
    drawn,
  });
  const { root, shown, send, whenFree, step, take, focusRoot } = steps;
  const page = () => $("#exam-view .question-page");
  const LOOK = 20000;
  const AGAIN = ["respond", "check", "flag"];
  let picks = null;        // what is chosen in a matching question, newer than what Python has
  let clock = null;        // { left, at, exam }

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

  // --- keys ---
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
    if (steps.pending()) { whenFree(() => act(name)); return true; }
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
  function respond(letters, more = {}, focus = null) {
    step({ do: "respond", ...where(), question: page().dataset.question, response: letters, ...more }, "step", focus);
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
      respond(order, {}, `card-${letter}`);
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
  function drawing(now, other) {
    if (other) picks = null;
    else if ($(".verdict", now)) show($(".verdict", now), $("#exam-scroll"));
    if (picks && page() && !page().dataset.checked && picks.question === page().dataset.question) {
      all("select", page()).forEach((select, number) => { select.value = picks.values[number]; });
    }
  }
  function drawn(now) {
    tick($(".clock", now));
    again();
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
  function lost() {
    const back = setInterval(async () => {
      if (!steps.silent()) { clearInterval(back); return; }
      try {
        await fetch("/etude/etude.js", { cache: "no-store" });
        const data = steps.pending()?.data;
        if (AGAIN.includes(data?.do)) sessionStorage.setItem("etude-exam-again", JSON.stringify(data));
        location.reload();
      } catch { /* not yet */ }
    }, 2000);
  }
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
  function begin() {
    const veil = document.createElement("button");
    veil.className = "veil";
    veil.type = "button";
    veil.setAttribute("aria-label", "Close the note");
    veil.addEventListener("click", closeAside);
    $("#exam").append(veil);
    setInterval(tick, 1000);
  }
  steps.begin(
    { "exam-below": below, "exam-section": sectionDrawn, "exam-clock": looked },
    ["data-left", "data-over", "data-state", "data-section"],
    begin,
  );
})();
