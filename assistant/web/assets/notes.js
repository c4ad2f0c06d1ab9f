// Note text as the page's keyboard writes it and its roll shows it; Python reads it for good (note_text.py).
const WORD = /^(?:[Rr]|([A-Ga-g])([#♯b♭]{0,2})(-?\d+))(?::([whqes])(\.{0,3}))?(~?)$/;
const LINE = /^[|\][:.]*\|[|\][:.]*$/;
const LETTERS = { C: 0, D: 2, E: 4, F: 5, G: 7, A: 9, B: 11 };
const NAMES = ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"];
const STEPS = { w: 16, h: 8, q: 4, e: 2, s: 1 };
const BAR = 16;

export const isAbc = (text) => /^\s*[XKM]:/m.test(text);
export const spelled = (pitch, length) => `${NAMES[pitch % 12]}${Math.floor(pitch / 12) - 1}:${length}`;

// Return {steps, notes: [[start, pitch, length]], whole}: what is read until the first word that is none.
export function readNotes(text) {
  const notes = [], lines = [];
  let now = 0, tied = false, whole = true;
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (LINE.test(word)) { lines.push(now); continue; }
    const found = WORD.exec(word);
    if (!found) { whole = false; break; }
    const [, letter, signs, octave, length, dots, tie] = found;
    const steps = STEPS[length || "q"] * (2 - 0.5 ** (dots || "").length);
    if (letter) {
      const moved = [...signs].reduce((sum, sign) => sum + ("#♯".includes(sign) ? 1 : -1), 0);
      const pitch = 12 * (Number(octave) + 1) + LETTERS[letter.toUpperCase()] + moved;
      if (pitch < 0 || pitch > 127) { whole = false; break; }
      if (tied && notes.at(-1)?.[1] === pitch) notes.at(-1)[2] += steps;
      else notes.push([now, pitch, steps]);
    }
    tied = Boolean(tie);
    now += steps;
  }
  // A short first bar is a pickup: it stands at the end of a bar.
  const [first, second] = lines.filter((line) => line > 0);
  const bar = (second ?? now) - first;
  const shift = first < bar && bar <= BAR ? BAR - first % BAR : 0;
  for (const note of notes) note[0] += shift % BAR;
  return { steps: now + shift % BAR, notes, whole };
}
