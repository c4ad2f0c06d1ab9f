"use strict";
// Everything that a model or a note said is put in as text nodes, never as markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const form = document.querySelector(".filters"), list = document.getElementById("list");
  const count = document.getElementById("count"), pages = document.querySelector(".pages");
  const SIZE = 50;
  const TONE = { right: "good", "refused rightly": "good", wrong: "bad", "refused wrongly": "bad", error: "bad lost" };
  const CONTROL = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
  let found = data.samples, page = 0, descending = false;

  const make = (tag, classes, ...children) => {
    const node = document.createElement(tag);
    if (classes) node.className = classes;
    for (const child of children) typeof child === "string" ? say(node, child) : child && node.append(child);
    return node;
  };
  // Controls of writing direction are shown by their number instead of obeyed.
  const say = (node, text) => {
    for (const part of text.split(/([\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069])/)) {
      if (!CONTROL.test(part)) { node.append(part); continue; }
      const mark = document.createElement("span");
      mark.className = "control";
      mark.textContent = "U+" + part.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0");
      node.append(mark);
    }
  };
  const number = (value) => {
    if (value == null) return "–";
    const places = Number.isInteger(value) ? 0 : Math.abs(value) >= 10 ? 1 : 3;
    return value.toLocaleString("en", { minimumFractionDigits: places, maximumFractionDigits: places });
  };
  const words = (tag, classes, text) => {
    const node = make(tag, classes, text);
    node.dir = "auto";
    return node;
  };
  const text = (value) => value ? words("p", "text", value) : make("p", "text none", "nothing");
  const block = (title, ...children) => make("div", "", make("h4", "", title), ...children);
  const pairs = (entries) => make("dl", "pairs", ...entries.map(([key, value]) =>
    make("div", "", make("dt", "", key), make("dd", "", value))));

  const passage = (name, at, notes, gold) => {
    const place = words("bdi", "place", name || "no section"), note = make("span", "note", notes ? "  " + notes : "");
    const tag = gold.includes(name) ? make("span", "tag", "gold") : null;
    const head = [place, " ", tag, note];
    if (!data.texts[at]) return make("li", "passage", ...head);
    const fold = make("details", "passage", make("summary", "", ...head));
    fold.addEventListener("toggle", () => {
      if (fold.open && fold.children.length === 1) fold.append(text(data.texts[at]));
    });
    return make("li", "", fold);
  };

  const options = (s) => make("ul", "plainlist options", ...Object.entries(s.options).map(([letter, value]) => {
    const chosen = (s.letters || []).includes(letter), right = (s.key || []).includes(letter);
    const share = s.probabilities && s.probabilities[letter];
    const notes = [chosen && "chosen", right && "right", share != null && Math.round(share * 100) + " %"].filter(Boolean);
    return make("li", chosen ? "chosen" : "", make("span", "", (right ? "✓ " : "") + letter), words("span", "", value),
      make("span", "note", notes.join(", ")));
  }));

  const body = (s) => {
    const gold = s.gold || [], parts = [], read = s.read || 0;
    if (s.error) parts.push(block("Error", make("p", "text", s.error)));
    if (s.options) parts.push(block("Options", options(s)));
    if (!s.options || s.answer || s.references) {
      const references = (s.references || []).map(text);
      parts.push(make("div", "two", block("Answer", text(s.answer)),
        references.length ? block(references.length > 1 ? "References" : "Reference", ...references) : null));
    }
    if (s.diff && s.diff.some(([mark]) => mark !== "=")) {
      const shown = make("p", "text");
      shown.dir = "auto";
      for (const [mark, piece] of s.diff) {
        const said = piece.trimEnd();
        if (said) shown.append(make({ "=": "span", "+": "ins", "-": "del" }[mark], "", said));
        shown.append(piece.slice(said.length));
      }
      const only = make("p", "note", make("ins", "", "underlined"), " only in the answer, ", make("del", "", "struck out"),
        " only in the reference");
      parts.push(block("Answer against reference", shown, only));
    }
    if (s.must) parts.push(block("Must have", make("p", "text", s.must.map((group) => group.join(" or ")).join("; "))));
    if (s.passages) parts.push(block("Passages", make("ol", "plainlist", ...s.passages.map(([name, at, score], place) =>
      passage(name, at, [place < read && "read", score != null && number(score)].filter(Boolean).join(", "), gold)))));
    if (gold.length && !(s.passages || []).some(([name]) => gold.includes(name))) {
      parts.push(block("Gold, not found", ...gold.map((name) => words("div", "place", name))));
    }
    if (s.citations) parts.push(block("Citations", make("ol", "plainlist", ...s.citations.map(([marker, name, at]) =>
      passage(name, at, "[" + marker + "]", gold)))));
    const scores = data.scores.map((score, at) => [score, s.scores[at]])
      .filter(([score, value]) => value != null && !score.cost);
    if (scores.length) parts.push(block("Scores", pairs(scores.map(([score, value]) =>
      [score.name, number(value) + (score.unit ? " " + score.unit : "")]))));
    if (s.cost) parts.push(block("Cost", pairs(Object.entries(s.cost).map(([name, value]) =>
      [name, number(value) + (data.units[name] ? " " + data.units[name] : "")]))));
    return make("div", "body", ...parts);
  };

  const row = (s) => {
    const by = data.scores.findIndex((score) => score.name === (form.sort.value || data.first));
    const aside = make("span", "aside", make("span", "", s.id));
    if (by >= 0 && s.scores[by] != null) {
      aside.append(make("span", "score", data.scores[by].name + " ", make("b", "", number(s.scores[by]))));
    }
    const summary = make("summary", "", make("span", "outcome " + (TONE[s.outcome] || ""), data.outcomes[s.outcome]),
      words("span", "question", s.prompt), aside);
    const fold = make("details", "sample", summary);
    fold.id = "sample-" + s.id;
    fold.addEventListener("toggle", () => { if (fold.open && fold.children.length === 1) fold.append(body(s)); });
    return fold;
  };

  const draw = () => {
    const last = Math.max(0, Math.ceil(found.length / SIZE) - 1);
    page = Math.min(Math.max(page, 0), last);
    list.replaceChildren(...found.slice(page * SIZE, (page + 1) * SIZE).map(row));
    const total = data.samples.length;
    count.textContent = (found.length === total ? "" : number(found.length) + " of ") + number(total)
      + (total === 1 ? " sample" : " samples") + (last ? ", page " + (page + 1) + " of " + (last + 1) : "")
      + (found.length ? "" : ". Clear the filters to see them all.");
    const turn = (label, by) => {
      const button = make("button", "", label);
      button.type = "button";
      button.disabled = page + by < 0 || page + by > last;
      button.addEventListener("click", () => {
        page += by;
        draw();
        document.getElementById("samples").focus({ preventScroll: true });
        count.scrollIntoView({ block: "start" });
      });
      return button;
    };
    pages.replaceChildren(...(last ? [turn("Previous", -1), make("span", "", page + 1 + " of " + (last + 1)), turn("Next", 1)] : []));
  };

  const haystacks = new Map();
  const haystack = (s) => {
    if (!haystacks.has(s)) {
      haystacks.set(s, [s.id, s.prompt, s.answer, s.error, ...(s.references || [])].join("\n").toLowerCase());
    }
    return haystacks.get(s);
  };
  const apply = () => {
    const wanted = form.find.value.toLowerCase().split(/\s+/).filter(Boolean);
    const outcome = form.outcome.value, category = form.category.value;
    found = data.samples.filter((s) => (!outcome || s.outcome === outcome)
      && (!category || "=" + (s.category || "") === category) && wanted.every((word) => haystack(s).includes(word)));
    const by = data.scores.findIndex((score) => score.name === form.sort.value);
    if (by >= 0) {
      const sign = descending ? -1 : 1;
      found.sort((a, b) => (a.scores[by] == null) - (b.scores[by] == null) || sign * (a.scores[by] - b.scores[by]));
    }
    form.turn.disabled = by < 0;
    form.turn.textContent = descending ? "highest first" : "lowest first";
    page = 0;
    draw();
  };

  for (const s of data.samples) s.scores = s.scores || [];
  const categories = [...new Set(data.samples.map((s) => s.category || ""))].sort();
  for (const name of categories) form.category.append(new Option(name || "none", "=" + name));
  document.getElementById("by-category").hidden = categories.length < 2;
  for (const score of data.scores) {
    if (data.samples.some((s) => s.scores[data.scores.indexOf(score)] != null)) form.sort.append(new Option(score.name));
  }
  let waiting;
  form.find.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 120); });
  form.addEventListener("change", (event) => {
    if (event.target === form.sort) {
      descending = (data.scores.find((score) => score.name === form.sort.value) || {}).better === "lower";
    }
    if (event.target !== form.find) apply();
  });
  form.turn.addEventListener("click", () => { descending = !descending; apply(); });
  form.addEventListener("submit", (event) => event.preventDefault());

  const spread = document.getElementById("spread");
  if (spread) spread.addEventListener("change", () => {
    for (const chart of document.querySelectorAll("#spreads > [data-score]")) {
      chart.hidden = chart.dataset.score !== spread.value;
    }
  });
  addEventListener("beforeprint", () => { for (const fold of document.querySelectorAll(".fold")) fold.open = true; });
  apply();
})();
