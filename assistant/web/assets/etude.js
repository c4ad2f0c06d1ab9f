// What every tab shares: the tabs, panels, appearance, the tip of citations, shortcuts. A tab's own script imports it.
const etude = (() => {
  const kept = {
    get: (key) => { try { return localStorage.getItem(`etude-${key}`); } catch { return null; } },
    set: (key, value) => { try { localStorage.setItem(`etude-${key}`, value); } catch { /* private window */ } },
  };
  const narrow = (width) => matchMedia(`(max-width: ${width}px)`).matches;
  const actions = {};
  const keys = {};

  // A tab has actions and shortcuts of its own, which count while it is shown; the others are those of the page.
  const tabs = {};
  const tab = (name) => tabs[name] ??= { actions: {}, keys: {}, title: "", entered: () => {} };
  const current = () => document.body.dataset.tab;
  const here = () => tab(current());
  const FIRST = "chat";
  function titled(name, title) {
    tab(name).title = title;
    if (name === current()) document.title = title ? `${title} · Étude` : "Étude";
  }
  function go(name) {
    document.body.dataset.tab = name;
    for (const button of document.querySelectorAll(".tabs [data-tab]")) {
      if (button.dataset.tab === name) {
        button.setAttribute("aria-current", "page");
        button.scrollIntoView({ block: "nearest", inline: "nearest" });
      }
      else button.removeAttribute("aria-current");
    }
    const at = new URL(location.href);
    if (name === FIRST) at.searchParams.delete("tab"); else at.searchParams.set("tab", name);
    if (at.href !== location.href) history.replaceState(null, "", at);
    titled(name, here().title);
    hideTip();
    here().entered();
  }
  function firstTab() {
    const drawn = document.querySelector(".bar");
    if (!drawn) { setTimeout(firstTab, 30); return; }
    const known = drawn.querySelector(`.tabs [data-tab="${CSS.escape(current())}"]`);
    go(known ? current() : FIRST);
  }

  // Appearance: the system's, unless the person chose. Gradio sets the class once it has loaded, so it is watched.
  const dark = matchMedia("(prefers-color-scheme: dark)");
  function look() {
    const chosen = kept.get("looks") || "system";
    const wanted = chosen === "dark" || (chosen === "system" && dark.matches);
    if (document.body.classList.contains("dark") !== wanted) document.body.classList.toggle("dark", wanted);
    const size = kept.get("text-size") || "normal";
    document.body.dataset.size = size;
    for (const input of document.querySelectorAll('input[name="looks"]')) input.checked = input.value === chosen;
    for (const input of document.querySelectorAll('input[name="text-size"]')) input.checked = input.value === size;
  }

  function tip() {
    let box = document.getElementById("tip");
    if (!box) {
      box = document.createElement("div");
      box.id = "tip";
      box.setAttribute("role", "tooltip");
      box.hidden = true;
      document.body.append(box);
    }
    return box;
  }
  function showTip(from) {
    const box = tip();
    const where = document.createElement("b");
    where.textContent = from.dataset.where;
    box.replaceChildren(where, from.dataset.tip);
    box.hidden = false;
    const at = from.getBoundingClientRect();
    const size = box.getBoundingClientRect();
    box.style.left = `${Math.max(16, Math.min(at.left - 24, innerWidth - size.width - 16))}px`;
    box.style.top = `${at.top - size.height - 8 > 8 ? at.top - size.height - 8 : at.bottom + 8}px`;
    from.setAttribute("aria-describedby", "tip");
  }
  const hideTip = () => { tip().hidden = true; };

  // A panel is open unless the body says otherwise; the person's choice is kept where there is room for it.
  function panel(name, open) {
    const closed = document.body.classList.contains(`no-${name}`);
    const now = open ?? closed;
    document.body.classList.toggle(`no-${name}`, !now);
    if (!narrow(820)) kept.set(name, now ? "open" : "closed");
    return now;
  }

  function act(event) {
    const from = event.target.closest?.("[data-do]");
    if (!from || (event.type === "submit") !== (from.tagName === "FORM")) return;
    const action = here().actions[from.dataset.do] || actions[from.dataset.do];
    if (action) { event.preventDefault(); hideTip(); action(from, event); }
  }

  // A link to a room opens it without loading the page anew, unless it is to be opened elsewhere.
  function visit(event) {
    const from = event.target.closest?.('a[href^="?tab="]');
    if (!from || from.target || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const given = new URLSearchParams(from.getAttribute("href"));
    const room = tabs[given.get("tab")];
    if (!room?.visit) return;
    event.preventDefault();
    room.visit(given);
    go(given.get("tab"));
  }

  function key(event) {
    const writing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    // An open dialog closes itself at Escape.
    if (document.querySelector("dialog[open]") || (writing && event.key !== "Escape")) return;
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const action = here().keys[name] || keys[name];
    // An action that has nothing to do says false, and the key does what it always does.
    if (action && action(event) !== false) event.preventDefault();
  }

  // Who is no longer signed in is led to the sign-in page, and from there back to here.
  const fetched = window.fetch;
  let leaving = false;
  async function ask() {
    if (leaving || !document.querySelector(".who")) return;
    const answer = await fetched("/sign-in/state", { cache: "no-store" }).catch(() => null);
    if (answer?.status !== 401 || leaving) return;
    leaving = true;
    location.reload();
  }
  const askIfShown = () => { if (!document.hidden) ask(); };
  // Gradio sends what the person does, and tells nobody why it was refused.
  window.fetch = async (...given) => {
    const answer = await fetched(...given);
    if (answer.status === 401) ask();
    return answer;
  };
  setInterval(askIfShown, 60000);
  document.addEventListener("visibilitychange", askIfShown);

  Object.assign(actions, {
    library: () => panel("library"),
    tab: (from) => go(from.dataset.tab),
    settings: () => document.body.classList.toggle("settings"),
    look: () => { kept.set("looks", document.body.classList.contains("dark") ? "light" : "dark"); look(); },
    help: () => { const box = document.getElementById("help"); if (box.open) box.close(); else box.showModal(); },
  });
  keys["?"] = () => actions.help();

  document.addEventListener("click", act);
  document.addEventListener("click", visit);
  document.addEventListener("submit", act);
  document.addEventListener("keydown", key);
  document.addEventListener("change", (event) => {
    const { name, value } = event.target;
    if (name === "looks" || name === "text-size") { kept.set(name, value); look(); }
  });
  for (const [on, off] of [["pointerover", "pointerout"], ["focusin", "focusout"]]) {
    document.addEventListener(on, (event) => {
      const from = event.target.closest?.("[data-tip]");
      if (from && event.pointerType !== "touch") showTip(from);
    });
    document.addEventListener(off, (event) => { if (event.target.closest?.("[data-tip]")) hideTip(); });
  }
  document.addEventListener("scroll", hideTip, { capture: true, passive: true });

  dark.addEventListener("change", look);
  new MutationObserver(look).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  if (narrow(820) || kept.get("library") === "closed") document.body.classList.add("no-library");
  look();
  document.body.dataset.tab = new URLSearchParams(location.search).get("tab") || FIRST;
  firstTab();
  return { tab, titled, kept, narrow, panel, look, shared: actions };
})();

export default etude;
