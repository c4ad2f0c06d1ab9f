// The Compose tab: a melody that is chosen, played or written, the piece that is made of it, and trainings. How a step
// goes to Python and comes back is in steps.js, what forms do in forms.js, the roll in roll.js.
import etude from "./etude.js";
import formsOf from "./forms.js";
import { isAbc, readNotes, spelled } from "./notes.js";
import drawRoll from "./roll.js";
import stepsOf, { $, all } from "./steps.js";
import { tone } from "./tone.js";

(() => {
  const LETTERS = "awsedftgyhujk", LENGTHS = "seqhw";
  const LARGEST = 2e6, LARGEST_TOGETHER = 20e6, LOWEST = 24, HIGHEST = 84, USUAL_TEMPO = 96;
  const compose = etude.tab("compose");
  const { actions, keys } = compose;
  const forms = formsOf("compose", () => steps, []);
  const steps = stepsOf("compose", {
    bridge: "etudeCompose",
    address: ["see", "piece", "job"],
    patience: 60000, // the first look at the models imports what they run with
    silence: "What you wrote is still here.",
    stays: true,
    empty: () => { if (steps.shown()) steps.step({ do: "make" }); },
    drawing: forms.drawing,
    drawn,
  });
  const { root, shown, step } = steps;
  const view = () => root()?.dataset.view;
  const address = (part) => new URLSearchParams(root().dataset.address).get(part) || "";
  const text = () => $('#compose textarea[name="melody"]');

  // --- the melody: text, keys and roll are one ---
  let low = 60;            // the pitch of the first key
  let length = "q", dotted = false;
  let roll = null;
  let listening = null;

  function melody(end = false) {
    const place = $("#compose [data-melody]");
    if (!place || !text()) return;
    if (!text().value.trim()) forget();
    const read = readNotes(text().value);
    const abc = isAbc(text().value);
    roll = drawRoll(place, { steps: Math.max(read.steps, 128), lanes: [{ name: "", notes: abc ? [] : read.notes }] });
    if (end) roll.toEnd();
    const nothing = $("#compose .nothing");
    nothing.hidden = read.notes.length > 0 && !abc;
    nothing.textContent = abc ? "ABC is drawn when it is composed."
      : read.whole ? "Choose a melody above, play the keys below, or write notes." : "The roll shows what can be read.";
    for (const name of ["listen", "undo", "clear"]) $(`#compose [data-do="${name}"]`).disabled = !text().value.trim();
  }
  // What is known of a melody goes with it.
  function forget() {
    for (const name of ["title", "said"]) $(`#compose input[name="${name}"]`).value = "";
    for (const chosen of all("#compose .samples [aria-current]")) chosen.removeAttribute("aria-current");
    $("#compose .done-to")?.replaceChildren();
  }
  function write(value) {
    text().value = value;
    text().scrollTop = text().scrollHeight;
    melody(true);
  }
  function add(word) { write(`${text().value.trimEnd()} ${word}`.trimStart()); }

  function press(place) {
    if (view() !== "make") return;
    silence();
    const key = $(`#compose .key[data-place="${place}"]`);
    tone(low + place);
    lit(key);
    add(spelled(low + place, length + (dotted && length !== "s" ? "." : "")));
  }
  function lit(key, ms = 180) {
    if (!key) return;
    key.classList.add("down");
    setTimeout(() => key.classList.remove("down"), ms);
  }
  function tools() {
    for (const button of all("#compose [data-length]")) {
      button.setAttribute("aria-pressed", String(button.dataset.length === length));
    }
    const dot = $('#compose [data-do="dot"]');
    dot?.setAttribute("aria-pressed", String(dotted && length !== "s"));
    if (dot) dot.disabled = length === "s";
    for (const key of all("#compose .key.white")) {
      const pitch = low + Number(key.dataset.place);
      $("i", key).textContent = pitch % 12 === 0 ? `C${Math.floor(pitch / 12) - 1}` : "";
    }
  }
  function octave(by) {
    low = Math.min(Math.max(low + 12 * by, LOWEST), HIGHEST);
    tools();
  }
  Object.assign(actions, {
    length: (from) => { length = from.dataset.length; tools(); },
    dot: () => { dotted = !dotted; tools(); },
    rest: () => { add(`R:${length}${dotted && length !== "s" ? "." : ""}`); },
    undo: () => write(text().value.trimEnd().replace(/\s*[|\][:.]*$/, "").replace(/\S+$/, "").trimEnd()),
    clear: () => { write(""); text().focus(); },
    lower: () => octave(-1),
    higher: () => octave(1),
    seed: () => { $('#compose input[name="seed"]').value = 1 + Math.floor(Math.random() * 9999); },
    listen: () => { if (listening) silence(); else listen(); },
  });

  function silence() {
    if (!listening) return;
    cancelAnimationFrame(listening.frame);
    for (const stop of listening.stops) stop();
    listening = null;
    roll?.follow(null);
    const button = $('#compose [data-do="listen"]');
    if (button) button.textContent = "Play";
  }
  function listen() {
    const { notes } = readNotes(text().value);
    if (!notes.length) return;
    const tempo = Number($('#compose input[name="tempo"]').value) || USUAL_TEMPO;
    const second = 15 / tempo, first = notes[0][0], waiting = [...notes];
    const stops = notes.map(([start, pitch, long]) => tone(pitch, {
      after: 0.05 + (start - first) * second, seconds: long * second,
    }));
    const begun = performance.now() + 50, end = notes.at(-1)[0] + notes.at(-1)[2];
    const move = () => {
      const now = first + (performance.now() - begun) / 1000 / second;
      if (now >= end || !text()) { silence(); return; }
      roll.follow(Math.max(now, first));
      while (waiting.length && waiting[0][0] <= now) {
        const [, pitch, long] = waiting.shift();
        lit($(`#compose .key[data-place="${pitch - low}"]`), 1000 * second * long - 60);
      }
      listening.frame = requestAnimationFrame(move);
    };
    listening = { stops, frame: requestAnimationFrame(move) };
    $('#compose [data-do="listen"]').textContent = "Stop";
  }

  // --- files ---
  function encoded(file) {
    return new Promise((done) => {
      const reader = new FileReader();
      reader.onload = () => done(reader.result.slice(reader.result.indexOf(",") + 1));
      reader.onerror = () => done("");
      reader.readAsDataURL(file);
    });
  }
  async function open(input) {
    const file = input.files[0];
    if (!file) return;
    const content = file.size > LARGEST ? "" : await encoded(file);
    step({ do: "open", name: file.name, size: file.size, content, fields: forms.fields(input.form) }, "step", "melody");
  }
  async function train(form) {
    const chosen = $('input[name="midi"]', form).files;
    const custom = form.elements.genre.value === "custom";
    const large = custom && [...chosen].reduce((sum, file) => sum + file.size, 0) > LARGEST_TOGETHER;
    const files = custom && !large
      ? await Promise.all([...chosen].map(async (file) => ({ name: file.name, content: await encoded(file) })))
      : [...chosen].slice(0, 1).map((file) => ({ name: file.name, content: "" }));
    step({ do: "train", fields: forms.fields(form), files, large });
  }
  const send = actions.send;
  actions.send = (form) => {
    silence();
    if (form.matches(".train-form")) train(form); else send(form);
  };
  actions.along = (from) => {
    silence();
    step({ ...JSON.parse(from.dataset.step), fields: forms.fields(from.form) });
  };

  // --- a piece: the head follows what is heard ---
  let piece = null;
  function heard() {
    const audio = $("#compose audio");
    if (!audio || !piece) return;
    const second = Number($("#compose [data-roll]").dataset.seconds) / piece.whole;
    piece.follow(audio.paused && !audio.currentTime ? null : audio.currentTime / second);
    if (!audio.paused) requestAnimationFrame(heard);
  }
  function play() {
    const audio = $("#compose audio");
    if (!audio) return false;
    if (audio.paused) audio.play(); else audio.pause();
    return true;
  }
  for (const event of ["play", "seeked", "pause"]) {
    document.addEventListener(event, ({ target }) => { if (target.matches?.("#compose audio")) heard(); }, true);
  }

  // --- keys ---
  const onButton = (event) => Boolean(event.target.closest?.("button, a, summary, audio, label"));
  function pressed(letter) {
    const able = (element) => !element.disabled && element.checkVisibility({ visibilityProperty: true });
    const button = all(`#compose [data-key="${letter}"]`).find(able);
    button?.click();
    return Boolean(button);
  }
  const tool = (name) => {
    const button = $(`#compose [data-do="${name}"]`);
    button?.click();
    return Boolean(button);
  };
  for (const [place, letter] of [...LETTERS].entries()) {
    keys[letter] = (event) => {
      if (event.repeat) return true;
      if (view() === "make" && $("#compose .keyboard")) { press(place); return true; }
      return pressed(letter);
    };
  }
  keys.n = () => pressed("n");
  keys.z = () => tool("lower");
  keys.x = () => tool("higher");
  keys.r = () => tool("rest");
  keys["."] = () => tool("dot");
  keys.Backspace = () => tool("undo");
  keys[" "] = (event) => !onButton(event) && (play() || tool("listen"));
  keys.Enter = (event) => !onButton(event) && pressed("Enter");
  const leave = keys.Escape;
  keys.Escape = (event) => leave(event) || pressed("Escape");
  for (const [place, name] of [...LENGTHS].entries()) {
    keys[place + 1] = () => { if (!$("#compose .keyboard")) return false; length = name; tools(); return true; };
  }

  // --- what Python drew ---
  function drawn(now, other) {
    forms.drawn(now);
    if (other) { silence(); $("[data-chosen]", now)?.scrollIntoView({ block: "nearest" }); }
    melody();
    tools();
    custom();
    const place = $("[data-roll]", now);
    piece = place ? drawRoll(place, JSON.parse(place.dataset.roll)) : null;
    piece?.inner.addEventListener("click", (event) => {
      const audio = $("audio", now);
      audio.currentTime = piece.stepAt(event) / piece.whole * Number(place.dataset.seconds);
    });
  }
  function custom() {
    const box = $("#compose .of-custom");
    if (box) box.hidden = $('#compose .train-form [name="genre"]').value !== "custom";
  }
  // What is at work is looked at every second.
  function watch() {
    if (!shown() || steps.pending() || document.hidden) return;
    if (view() === "wait") step({ do: "show", piece: address("piece") });
    if (view() === "trains") step({ do: "training", job: address("job") });
  }

  document.addEventListener("pointerdown", (event) => {
    const key = event.target.closest?.("#compose .key");
    if (key && event.button === 0) { event.preventDefault(); press(Number(key.dataset.place)); }
  });
  // A press without a pointer: by a screen reader, say.
  document.addEventListener("click", (event) => {
    const key = event.target.closest?.("#compose .key");
    if (key && event.detail === 0) press(Number(key.dataset.place));
  });
  document.addEventListener("input", (event) => { if (event.target === text()) { silence(); melody(); } });
  document.addEventListener("change", (event) => {
    const from = event.target;
    if (from.matches?.("#compose [data-open]")) open(from);
    if (from.matches?.('#compose .train-form [name="genre"]')) custom();
  });
  compose.actions.new = () => step({ do: "make" });
  compose.entered = () => { if (view() === "nothing" && !steps.pending()) step({ do: "make" }); };
  steps.begin({}, [], () => setInterval(watch, 1000));
})();
