// Swaps by morphing: focus, scroll, selection, open details and drawn charts stay as they are.
import { Idiomorph } from "idiomorph/dist/idiomorph.esm.js";

const DRAWN = ".chart-area, .map-area";

export function registerMorph(htmx) {
  htmx.defineExtension("morph", {
    isInlineSwap: (style) => style === "morph:outerHTML",
    handleSwap(style, target, fragment) {
      if (!style.startsWith("morph")) return false;
      return Idiomorph.morph(target, fragment.children, {
        morphStyle: style === "morph:innerHTML" ? "innerHTML" : "outerHTML",
        ignoreActiveValue: true,
        callbacks: { beforeNodeMorphed: mayMorph, beforeAttributeUpdated: mayUpdate },
      });
    },
  });
}

function mayMorph(node) {
  return !(node instanceof Element && node.matches(DRAWN));
}

// Whether details are open is the reader's business.
function mayUpdate(attribute, element) {
  return !(attribute === "open" && element.matches("details"));
}
