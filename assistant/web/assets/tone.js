// Notes that sound in the page, without any file: a soft pluck for each key and for a melody that is listened to.
let context = null;

export function tone(pitch, { after = 0, seconds = 0.4 } = {}) {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume();
  const at = context.currentTime + after, end = at + Math.max(seconds, 0.12);
  const loud = context.createGain();
  loud.gain.setValueAtTime(0, at);
  loud.gain.linearRampToValueAtTime(0.22, at + 0.01);
  loud.gain.exponentialRampToValueAtTime(0.08, at + Math.min(0.3, end - at));
  loud.gain.setTargetAtTime(0, end - 0.04, 0.03);
  loud.connect(context.destination);
  const wave = context.createOscillator();
  wave.type = "triangle";
  wave.frequency.value = 440 * 2 ** ((pitch - 69) / 12);
  wave.connect(loud);
  wave.start(at);
  wave.stop(end + 0.2);
  return () => { try { wave.stop(); } catch { /* it has not begun */ } loud.disconnect(); };
}
