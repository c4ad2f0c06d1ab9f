// What rooms share that are drawn by Python, a screen at a time. Buttons carry the step that they take (data-step); a
// step goes to Python through the room's bridge, and Python answers with the next screen. A step waits until the one
// before it was drawn, so that fast keys act on what they meant.
import etude from "./etude.js";

const MOST_WAITING = 12, LARGEST = 40e6;
export const $ = (selector, root = document) => root.querySelector(selector);
export const all = (selector, root = document) => [...root.querySelectorAll(selector)];

// Return the steps of a room, whose elements are #name, #name-scroll, and .name-root in #name-view.
//   bridge: the name of the global that sends to Python
//   address: the parameters of the page's address that are the room's
//   patience: milliseconds after which Etude is said not to answer, with the sentence `silence`; then `lost` is called
//   leaving: what every step takes along
//   stays: whether the focus stays where it is while that is still there, rather than go to the new screen
//   empty: called where Python has drawn no screen yet, but one that is called "nothing"
//   drawing, drawn: called with a new screen, and whether it is another place, before and after the focus is set
export default function stepsOf(name, { bridge, address, patience, silence, stays = false, ...given }) {
  const { lost = () => {}, leaving = () => ({}), empty = () => {}, drawing = () => {}, drawn = () => {} } = given;
  const { actions } = etude.tab(name);
  const root = () => $(`#${name}-view .${name}-root`);
  const shown = () => document.body.dataset.tab === name;
  let seq = 0;
  let pending = null;      // the step that was sent and is not drawn yet
  let waiting = [];        // what was done meanwhile
  let drawnSeq = "";
  let place = "";          // where the screen was, to know whether it is another
  let notice = null;

  function send(event, data) {
    const to = window[bridge];
    if (to) to[event](data);
    else setTimeout(() => send(event, data), 100);
  }
  function whenFree(action) {
    if (!pending) action();
    else if (waiting.length < MOST_WAITING) waiting.push(action);
  }
  // `focus` names the element (data-focus) that has the focus afterwards, else the one that has it now.
  function step(data, event = "step", focus = null) {
    whenFree(() => {
      const at = document.activeElement;
      pending = {
        data: { ...data, ...leaving(), seq: ++seq }, at: Date.now(), inside: Boolean(at?.closest?.(`#${name}`)),
        focus: focus ?? at?.closest?.(`#${name} [data-focus]`)?.dataset.focus,
      };
      send(event, pending.data);
    });
  }
  async function take(input) {
    const file = input.files[0];
    if (!file) return;
    const content = file.size > LARGEST ? "" : await file.text();
    step({ name: file.name, content }, "take");
  }

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

  // A link leads to a place in this room.
  etude.tab(name).visit = (given) => {
    const parts = address.filter((part) => given.has(part));
    step({ do: "visit", ...Object.fromEntries(parts.map((part) => [part, given.get(part)])) });
    pending.inside = true; // the link that had the focus is out of sight
  };

  function draw() {
    const now = root();
    // Gradio changes what is there rather than putting something new in its place.
    if (!now || now.dataset.seq === drawnSeq) return;
    drawnSeq = now.dataset.seq;
    if (now.dataset.view === "nothing") { empty(); return; }
    now.tabIndex = -1;
    const mine = pending && Number(now.dataset.seq) >= pending.data.seq ? pending : null;
    const before = place;
    place = `${now.dataset.view} ${now.dataset.address} ${$("[data-card]", now)?.dataset.card || ""}`;
    const other = place !== before;
    if (other) $(`#${name}-scroll`).scrollTop = 0;
    drawing(now, other);
    if (mine) {
      pending = null;
      const same = mine.focus && $(`[data-focus="${CSS.escape(mine.focus)}"]`, now);
      if (same && !same.disabled) same.focus({ preventScroll: true });
      else if (mine.inside && shown()) { if (stays) focusRoot(); else now.focus({ preventScroll: true }); }
    }
    found();
    told(now);
    drawn(now, other);
    while (waiting.length && !pending) waiting.shift()();
  }
  function focusRoot() {
    const at = document.activeElement;
    if (at && at !== document.body && at.isConnected && at.checkVisibility()) return;
    root()?.focus({ preventScroll: true });
  }
  function told(now) {
    const at = new URL(location.href);
    const wanted = new URLSearchParams(now.dataset.address);
    for (const part of address) {
      if (wanted.has(part)) at.searchParams.set(part, wanted.get(part)); else at.searchParams.delete(part);
    }
    if (at.href !== location.href) history.replaceState(null, "", at);
    etude.titled(name, now.dataset.title);
  }

  // --- when Etude does not answer ---
  function watch() {
    if (!pending || Date.now() - pending.at < patience || notice) return;
    notice = document.createElement("p");
    notice.className = "notice";
    notice.setAttribute("role", "alert");
    notice.textContent = `Etude does not answer. Is it still running in its terminal? ${silence}`;
    $(`#${name}-scroll`).prepend(notice);
    lost();
  }
  function found() { notice?.remove(); notice = null; }

  // Begin to follow what Python draws, once the other places (by id) are there too: `also` has what each of them calls.
  function begin(also, attributes, then) {
    const places = { [`${name}-view`]: draw, ...also };
    const ids = Object.keys(places);
    if (ids.some((id) => !document.getElementById(id)) || !$(`#${name}-scroll`)) {
      setTimeout(() => begin(also, attributes, then), 50);
      return;
    }
    const changes = {
      childList: true, subtree: true, characterData: true, attributes: true,
      attributeFilter: ["data-seq", ...attributes],
    };
    for (const id of ids) new MutationObserver(places[id]).observe(document.getElementById(id), changes);
    setInterval(watch, 1000);
    then();
    draw();
  }

  return {
    root, shown, send, whenFree, step, take, focusRoot, begin, pending: () => pending, silent: () => Boolean(notice),
  };
}
