// The Chat tab: what the person does goes to Python through window.etudeBridge; Python answers with HTML.
import etude from "./etude.js";

(() => {
  const { kept, narrow, panel, look } = etude;
  const { actions, keys } = etude.tab("chat");
  const $ = (selector, root = document) => root.querySelector(selector);
  const box = () => $(".composer textarea");
  const live = () => $("#live .turn");
  const conversation = () => live()?.dataset.conversation || $("#thread .turns")?.dataset.conversation || "";
  const busy = () => ["working", "writing"].includes(live()?.dataset.state);
  let editing = null;      // the turn that the text in the box will replace
  let sent = null;         // what was sent and has not appeared yet
  let follow = true;       // keep the end in view while words come
  let shown = "";          // which answer the sources panel shows
  let lastBeat = Date.now();
  let hint = "";

  document.body.classList.add("no-sources");

  function send(name, data) {
    const bridge = window.etudeBridge;
    if (bridge) bridge[name](data);
    else setTimeout(() => send(name, data), 100);
  }

  // --- asking ---
  function fit() {
    const area = box();
    if (!area) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight}px`;
  }
  function write(text) { const area = box(); area.value = text; fit(); area.focus(); }
  function ask(question, extra = {}) {
    if (busy() || sent) return;
    const mine = sent = { question, at: Date.now() };
    follow = true;
    document.body.classList.add("busy");
    send("ask", { question, conversation: conversation(), tools: $(".composer [name=tools]").checked, ...extra });
    setTimeout(() => {
      if (sent !== mine) return;
      sent = null;
      document.body.classList.toggle("busy", busy());
      if (!box().value) write(question);
      $(".composer .hint").textContent = "Etude does not answer. Is it still running in its terminal?";
    }, 15000);
  }
  function edit(turn) {
    editing = turn ? { id: Number(turn.dataset.turn), later: Number(turn.dataset.later) } : null;
    const line = $(".editing");
    line.hidden = !editing;
    if (!editing) return;
    const after = ["", " and the answer after it"][editing.later] ?? ` and the ${editing.later} answers after it`;
    $("span", line).textContent = `Sending replaces this question${after}.`;
    write($("h2", turn).textContent);
  }

  actions.ask = () => {
    const question = box().value.trim();
    if (!question || busy() || sent) return;
    const extra = editing ? { replaces: editing.id } : {};
    write("");
    edit(null);
    ask(question, extra);
  };
  actions.try = (from) => ask(from.textContent);
  actions.stop = () => { if (busy()) send("halt", { conversation: conversation() }); };
  actions.retry = (from) => {
    const turn = from.closest(".turn");
    ask($("h2", turn).textContent, { replaces: Number(turn.dataset.turn), retry: true });
  };
  actions.decide = (from) => {
    if (busy() || sent) return;
    for (const button of from.parentElement.querySelectorAll("button")) button.disabled = true;
    follow = true;
    const { answer, confirmation } = from.dataset;
    send("decide", { conversation: conversation(), confirmation, approved: answer === "yes" });
  };
  actions.edit = (from) => edit(from.closest(".turn"));
  actions.unedit = () => { edit(null); write(""); };
  actions.copy = async (from) => {
    const text = $(".raw", from.closest(".turn")).textContent;
    try { await navigator.clipboard.writeText(text); } catch { copyTheOldWay(text); }
    const label = from.getAttribute("aria-label");
    from.setAttribute("aria-label", "Copied");
    from.title = "Copied";
    from.setAttribute("aria-pressed", "true");
    setTimeout(() => {
      from.setAttribute("aria-label", label);
      from.title = label;
      from.removeAttribute("aria-pressed");
    }, 1500);
  };
  function copyTheOldWay(text) {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "sr-only";
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }

  // --- feedback ---
  function rate(turn, up) {
    send("rate", { turn: Number(turn.dataset.turn), up, comment: $("[name=comment]", turn).value });
    for (const way of ["up", "down"]) {
      $(`[data-do=${way}]`, turn).setAttribute("aria-pressed", String((way === "up") === up));
    }
  }
  for (const way of ["up", "down"]) {
    actions[way] = (from) => {
      const turn = from.closest(".turn");
      rate(turn, way === "up");
      $(".comment", turn).hidden = false;
      $("[name=comment]", turn).focus();
    };
  }
  actions.comment = (from) => {
    const turn = from.closest(".turn");
    rate(turn, $("[data-do=up]", turn).getAttribute("aria-pressed") === "true");
    from.hidden = true;
  };

  // --- conversations ---
  const entry = (from) => from.closest("li[data-conversation]");
  function open(id) {
    edit(null);
    shown = "";
    send("show", { conversation: id });
    if (narrow(820)) panel("library", false);
  }
  actions.open = (from) => open(entry(from).dataset.conversation);
  actions.new = () => { open(""); box()?.focus(); };
  actions.rename = (from) => {
    const item = entry(from);
    const button = $(".open", item);
    const input = document.createElement("input");
    input.value = $("span:last-child", button).textContent;
    input.setAttribute("aria-label", "Title");
    input.maxLength = 60;
    let over = false;
    const done = (save) => {
      if (over) return;
      over = true; // replacing the field takes its focus away, which would end here again
      input.replaceWith(button);
      if (!save || !input.value.trim()) return;
      $("span:last-child", button).textContent = input.value.trim();
      send("rename", { conversation: item.dataset.conversation, title: input.value, current: conversation() });
    };
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") done(true);
      if (event.key === "Escape") { event.stopPropagation(); done(false); }
    });
    input.addEventListener("blur", () => done(true));
    button.replaceWith(input);
    input.select();
  };
  actions.delete = (from) => {
    if (from.classList.contains("sure")) {
      send("remove", { conversation: entry(from).dataset.conversation, current: conversation() });
      return;
    }
    const drawing = from.innerHTML;
    from.classList.add("sure");
    from.textContent = "Delete?";
    const calm = () => { if (from.isConnected) { from.classList.remove("sure"); from.innerHTML = drawing; } };
    from.addEventListener("blur", calm, { once: true });
    setTimeout(calm, 4000);
  };

  // --- sources ---
  function fill(turn) {
    const body = $(".sources-body");
    const html = turn ? $(".passages", turn)?.innerHTML : "";
    shown = turn?.dataset.turn || "";
    if (html) body.innerHTML = html;
    else body.innerHTML = '<p class="hint">The passages that an answer stands on appear here.</p>';
    for (const cite of document.querySelectorAll("button.cite.chosen")) cite.classList.remove("chosen");
  }
  function choose(marker) {
    const body = $(".sources-body");
    for (const other of body.querySelectorAll(".source")) {
      other.classList.toggle("chosen", other.dataset.marker === marker);
    }
    const source = $(`.source[data-marker="${marker}"]`, body);
    if (!source) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    source.focus({ preventScroll: true });
    const target = $("mark", source) || source;
    const pane = $("#sources");
    const offset = target.getBoundingClientRect().top - pane.getBoundingClientRect().top;
    const top = source.getBoundingClientRect().top - pane.getBoundingClientRect().top;
    // The head of the source stays in view unless the sentence would then be far below.
    const by = offset - top < pane.clientHeight * .6 ? top - 56 : offset - 120;
    pane.scrollBy({ top: by, behavior: calm ? "auto" : "smooth" });
  }
  actions.cite = (from) => {
    fill(from.closest(".turn"));
    panel("sources", true);
    from.classList.add("chosen");
    choose(from.dataset.marker);
  };
  actions.sources = (from) => {
    const turn = from.closest(".turn");
    if (turn) { fill(turn); panel("sources", true); $("#sources").scrollTop = 0; return; }
    if (panel("sources") && !shown) fill(lastWithSources());
  };
  function lastWithSources() {
    const told = "button.cite, .passages .dropped";
    return [...document.querySelectorAll("#thread .turn")].reverse().find((turn) => $(told, turn));
  }

  // --- what Python drew ---
  function atEnd() { const pane = $("#scroll"); return pane.scrollHeight - pane.scrollTop - pane.clientHeight < 80; }
  function toEnd() { const pane = $("#scroll"); pane.scrollTop = pane.scrollHeight; }
  function drawn() {
    const turn = live();
    const thread = $("#thread .turns");
    lastBeat = Date.now();
    if ($(".composer .hint").textContent !== hint) $(".composer .hint").textContent = hint;
    if (turn && (!sent || turn.dataset.state === "error" || $("h2", turn).textContent === sent.question)) {
      if (turn.dataset.state === "error" && !turn.dataset.told) {
        turn.dataset.told = "yes";
        if (!box().value) write($("h2", turn).textContent);
      }
      sent = null;
    } else if (!turn) {
      sent = sent && Date.now() - sent.at < 1000 ? sent : null;
    }
    document.body.classList.toggle("busy", busy() || Boolean(sent));
    const welcome = !narrow(1180) && kept.get("sources") !== "closed";
    if (busy() && welcome && document.body.classList.contains("no-sources")) {
      // Made room for now, so that the text does not move when the sources come.
      fill(null);
      document.body.classList.remove("no-sources");
    }
    address();
    const last = lastWithSources();
    if (thread && !busy() && last && shown !== last.dataset.turn && !thread.dataset.filled) {
      thread.dataset.filled = "yes";
      fill(last);
      if (welcome) document.body.classList.remove("no-sources");
    }
    if (thread && !last && !turn) {
      if (shown) fill(null);
      if ($(".empty")) document.body.classList.add("no-sources");
    }
    if (follow) toEnd();
  }
  function address() {
    const thread = $("#thread .turns");
    if (!thread) return; // the address still says what is to be opened
    const id = thread.dataset.conversation || (busy() ? conversation() : "");
    const at = new URL(location.href);
    if ((at.searchParams.get("c") || "") !== id) {
      if (id) at.searchParams.set("c", id); else at.searchParams.delete("c");
      history.replaceState(null, "", at);
    }
    const title = $("#library li[aria-current] .open")?.title;
    etude.titled("chat", title);
  }

  function ready() {
    const area = box();
    if (!area || !$("#scroll") || !$("#thread")) { setTimeout(ready, 50); return; }
    hint = $(".composer .hint").textContent;
    const everything = {
      childList: true, subtree: true, characterData: true, attributes: true,
      attributeFilter: ["data-state", "data-beat", "data-conversation"],
    };
    for (const id of ["thread", "live"]) new MutationObserver(drawn).observe(document.getElementById(id), everything);
    $("#thread").setAttribute("role", "log");
    new MutationObserver(address).observe($("#conversations"), { childList: true, subtree: true, attributes: true });
    $("#scroll").addEventListener("scroll", () => { follow = atEnd(); }, { passive: true });
    const tools = $(".composer [name=tools]");
    tools.checked = kept.get("tools") !== "off";
    tools.addEventListener("change", () => kept.set("tools", tools.checked ? "on" : "off"));
    area.addEventListener("input", fit);
    area.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); actions.ask(); }
    });
    const veil = document.createElement("button");
    veil.id = "veil";
    veil.type = "button";
    veil.setAttribute("aria-label", "Close the panel");
    veil.addEventListener("click", () => closePanel());
    $("#chat").append(veil);
    look();
    drawn();
    if (!narrow(820)) area.focus();
    // Every answer in the making sends a sign each second; without one the connection was lost, and is taken up again.
    setInterval(() => {
      if (!busy() || Date.now() - lastBeat < 8000) return;
      lastBeat = Date.now();
      send("show", { conversation: conversation() });
    }, 2000);
  }

  function closePanel() {
    if (document.body.classList.contains("settings")) { document.body.classList.remove("settings"); return true; }
    for (const name of ["sources", "library"]) {
      if (narrow(name === "sources" ? 1180 : 820) && !document.body.classList.contains(`no-${name}`)) {
        document.body.classList.add(`no-${name}`);
        return true;
      }
    }
    return false;
  }

  keys.Escape = () => {
    if (closePanel()) return;
    if (editing) { actions.unedit(); return; }
    actions.stop();
  };
  keys["/"] = () => box().focus();
  keys.n = () => actions.new();
  keys.s = () => actions.sources(document.body);
  keys.c = () => etude.shared.library();
  keys[","] = () => etude.shared.settings();
  etude.tab("chat").entered = () => { fit(); if (!narrow(820)) box()?.focus(); };
  ready();
})();
