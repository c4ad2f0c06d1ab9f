// The Metrics tab: one screen, which is read anew each time the tab is entered.
import etude from "./etude.js";
import stepsOf, { $, all } from "./steps.js";

(() => {
  const metrics = etude.tab("metrics");
  const steps = stepsOf("metrics", {
    bridge: "etudeMetrics",
    address: ["span", "by"],
    patience: 30000,
    silence: "What you see is what it read last.",
    empty: () => { if (shown()) read(); },
    drawing,
  });
  const { root, shown, step } = steps;

  function read() {
    const at = new URLSearchParams(root()?.dataset.address || location.search);
    step({ do: "show", span: at.get("span") || "", by: at.get("by") || "" });
  }
  // A table that is open stays open while only the figures change.
  function drawing(now, other) {
    if (other) for (const fold of all("details", now)) fold.open = false;
  }

  metrics.keys.r = () => { $("#metrics [data-key=r]")?.click(); };
  metrics.actions.new = read;
  metrics.entered = () => { if (root() && !steps.pending()) read(); };
  steps.begin({}, [], () => {});
})();
