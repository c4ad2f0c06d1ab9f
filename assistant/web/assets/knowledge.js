// The Knowledge tab: collections, adding notes, reading documents, and trying a question. Files go to the server one by
// one; all else are steps. How a step goes to Python and comes back is in steps.js, what forms do in forms.js.
import etude from "./etude.js";
import formsOf from "./forms.js";
import stepsOf, { $ } from "./steps.js";

(() => {
  const knowledge = etude.tab("knowledge");
  const { actions } = knowledge;
  const forms = formsOf("knowledge", () => steps, ["h", "a", "t", "s"]);
  const list = () => steps.step({ do: "list" });
  const steps = stepsOf("knowledge", {
    bridge: "etudeKnowledge",
    address: ["collection", "document", "section", "doing"],
    patience: 60000, // the first question that is tried loads models
    silence: "A sync that was begun goes on while its terminal is open.",
    empty: () => { if (steps.shown()) list(); },
    drawing: forms.drawing,
    drawn,
  });
  const { root, shown, step } = steps;
  let drawnAt = 0; // milliseconds

  // --- files ---
  const chosen = () => [...($('#knowledge input[name="files"]')?.files || [])];
  function wrong(sentences) {
    const place = $("#wrong-files");
    if (!place) return;
    place.textContent = sentences.slice(0, 5).join(" ")
      + (sentences.length > 5 ? ` ${sentences.length - 5} more were not taken.` : "");
    place.hidden = !sentences.length;
  }
  // Why a file is not sent at all; the server looks again.
  function refused(file, form) {
    const kinds = form.dataset.kinds.split(","), largest = Number(form.dataset.largest);
    if (!kinds.some((kind) => file.name.toLowerCase().endsWith(kind))) {
      return `${file.name} is not of a kind that Etude reads.`;
    }
    if (file.size > largest) return `${file.name} has more than ${Math.floor(largest / 1e6)} MB.`;
    return file.size ? "" : `${file.name} is empty.`;
  }
  async function upload(form) {
    const files = chosen(), most = Number(form.dataset.most);
    if (!files.length) { wrong(["Choose the files first."]); $('input[name="files"]', form).focus(); return; }
    if (files.length > most) { wrong([`Choose at most ${most} files; these are ${files.length}.`]); return; }
    const collection = form.elements.collection.value.trim(), said = [];
    const button = $("button[type=submit]", form), sending = $(".sending", form);
    let kept = 0;
    button.disabled = true;
    for (const [number, file] of files.entries()) {
      sending.textContent = `Uploading ${number + 1} of ${files.length}: ${file.name}`;
      const why = refused(file, form);
      if (why) { said.push(why); continue; }
      const { status, error } = await put(form.dataset.to, collection, file);
      if (!error) { kept += 1; continue; }
      said.push(error);
      if (![413, 422].includes(status)) break; // not about this file: the others would fare no better
    }
    button.disabled = false;
    sending.textContent = "";
    wrong(said);
    if (kept) {
      step({ do: "uploaded", kept, said: said.slice(0, 20), fields: { collection } });
    }
  }
  async function put(to, collection, file) {
    try {
      const answer = await fetch(`${to}?${new URLSearchParams({ collection, name: file.name })}`, {
        method: "PUT", body: file,
      });
      if (answer.ok) return {};
      const ours = answer.headers.get("content-type")?.includes("json"); // the door in front of it answers in text
      return { status: answer.status, error: ours ? (await answer.json()).error : await answer.text() };
    } catch {
      return { status: 0, error: "Etude does not answer. Is it still running in its terminal?" };
    }
  }
  function names() {
    const place = $("#knowledge .chosen");
    if (!place) return;
    const files = chosen();
    place.textContent = files.length > 3 ? `${files.length} files chosen` : files.map((file) => file.name).join(", ");
    wrong([]);
  }
  document.addEventListener("change", (event) => { if (event.target.matches?.('#knowledge [name="files"]')) names(); });
  for (const name of ["dragover", "dragleave", "drop"]) {
    document.addEventListener(name, (event) => {
      if (!shown() || !event.dataTransfer?.types.includes("Files")) return;
      const place = event.target.closest?.("#knowledge .drop");
      $("#knowledge .drop")?.classList.toggle("over", name === "dragover" && Boolean(place));
      if (name === "dragleave") return;
      event.preventDefault(); // a file that is dropped beside it shall not take the place of the page
      if (name === "drop" && place) { $("input", place).files = event.dataTransfer.files; names(); }
    });
  }

  const send = actions.send;
  actions.send = (form) => { if (form.matches(".upload")) upload(form); else send(form); };
  actions.chat = (from) => {
    etude.shared.tab({ dataset: { tab: "chat" } });
    const box = $(".composer textarea");
    box.value = from.dataset.question;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    box.focus();
  };

  function drawn(now) {
    forms.drawn(now);
    drawnAt = Date.now();
    const passage = $("[data-chosen]", now);
    if (!passage) return;
    passage.scrollIntoView({ block: "center" });
    if (shown()) passage.focus({ preventScroll: true });
  }

  // What is at work is looked at again, but never while somebody is about to confirm something.
  function watch() {
    const again = $("[data-live]", root() || document.createElement("i"));
    if (!again || !shown() || steps.pending() || document.hidden || $("#knowledge .sure")) return;
    if (Date.now() - drawnAt >= 1000 * Number(again.dataset.every)) step(JSON.parse(again.dataset.live));
  }

  actions.new = list;
  knowledge.entered = () => { if (root()?.dataset.view === "nothing" && !steps.pending()) list(); };
  steps.begin({}, [], () => setInterval(watch, 500));
})();
