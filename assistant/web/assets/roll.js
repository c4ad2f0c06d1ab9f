// A piano roll: lanes of notes on a grid of sixteenths, with bar numbers and a head that follows what is heard.
const BAR = 16, BEAT = 4, LEAST = 12, ROW = 7, DRUM_ROW = 14, NARROWEST = 56;
const SVG = "http://www.w3.org/2000/svg";
const DRUMS = {
  36: "kick", 38: "snare", 42: "closed hat", 46: "open hat", 43: "low tom", 47: "mid tom", 50: "high tom", 49: "crash",
  51: "ride",
};

function made(name, values, parent) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(values)) element.setAttribute(key, value);
  parent.append(element);
  return element;
}
function box(className, parent, text = "") {
  const element = document.createElement("div");
  element.className = className;
  element.textContent = text;
  parent.append(element);
  return element;
}

// Return the rows of a lane, the highest pitch first; drums have a row for each that is used.
function rowsOf(lane) {
  const used = lane.notes.map(([, pitch]) => pitch);
  if (lane.drums) return [...new Set(used)].sort((a, b) => b - a);
  let low = used.length ? Math.min(...used) : 60, high = used.length ? Math.max(...used) : 60;
  const more = Math.max(0, LEAST - (high - low + 1));
  low -= Math.floor(more / 2);
  high += more - Math.floor(more / 2);
  return Array.from({ length: high - low + 1 }, (_, row) => high - row);
}

function drawLane(lane, number, steps, parent) {
  const rows = rowsOf(lane);
  const place = box(`lane v${number % 4}`, parent);
  if (lane.name) box("name", place, lane.name);
  const view = made("svg", {
    viewBox: `0 0 ${steps} ${rows.length}`, preserveAspectRatio: "none", "aria-hidden": "true",
    style: `height:${rows.length * (lane.drums ? DRUM_ROW : ROW)}px`,
  }, place);
  for (const [row, pitch] of rows.entries()) {
    const octave = !lane.drums && pitch % 12 === 0;
    if (octave || lane.drums) made("line", { class: "octave", x1: 0, x2: steps, y1: row + 1, y2: row + 1 }, view);
  }
  for (let at = 0; at <= steps; at += BEAT) {
    made("line", { class: at % BAR ? "beat" : "bar", x1: at, x2: at, y1: 0, y2: rows.length }, view);
  }
  return lane.notes.map(([start, pitch, length]) => {
    const long = lane.drums ? 1 : length;
    // A gap on the right tells a repeated note from a held one.
    const note = made("rect", {
      class: "note", x: start + 0.08, y: rows.indexOf(pitch) + 0.06, width: long - 0.22, height: 0.88,
    }, view);
    made("title", {}, note).textContent = lane.drums ? DRUMS[pitch] || String(pitch) : named(pitch);
    return { start, end: start + long, note, pitch };
  });
}

const NAMES = ["C", "C♯", "D", "D♯", "E", "F", "F♯", "G", "G♯", "A", "A♯", "B"];
const named = (pitch) => `${NAMES[pitch % 12]}${Math.floor(pitch / 12) - 1}`;

// Draw {steps, lanes: [{name, drums, notes: [[start, pitch, length]]}]} into an element; return how to move its head.
export default function drawRoll(place, { steps, lanes }) {
  place.replaceChildren();
  const scroller = box("scroller", place), inner = box("inner", scroller);
  // What is wider than the screen scrolls by the arrow keys too.
  scroller.tabIndex = 0;
  scroller.setAttribute("role", "img");
  scroller.setAttribute("aria-label", place.dataset.label);
  const bars = Math.max(1, Math.ceil(steps / BAR));
  inner.style.minWidth = `${bars * NARROWEST}px`;
  const ruler = box("ruler", inner);
  for (let bar = 0; bar < bars; bar++) {
    box("number", ruler, String(bar + 1)).style.left = `${100 * bar / bars}%`;
  }
  const whole = bars * BAR;
  const notes = lanes.flatMap((lane, number) => drawLane(lane, number, whole, inner));
  const head = box("head", inner);
  head.hidden = true;

  // `step` is where the music is, in sixteenths; null takes the head away.
  function follow(step) {
    head.hidden = step === null;
    if (step !== null) {
      const share = Math.min(step / whole, 1), at = share * inner.clientWidth, seen = scroller.scrollLeft;
      head.style.left = `${100 * share}%`;
      if (at < seen || at > seen + scroller.clientWidth - 48) scroller.scrollLeft = at - 24;
    }
    for (const { start, end, note } of notes) {
      note.classList.toggle("sounds", step !== null && start <= step && step < end);
    }
  }
  const stepAt = (event) => {
    const edges = inner.getBoundingClientRect();
    return whole * Math.min(Math.max((event.clientX - edges.left) / edges.width, 0), 1);
  };
  const toEnd = () => { scroller.scrollLeft = scroller.scrollWidth; };
  return { follow, stepAt, inner, toEnd, whole };
}
