// What every page gets: htmx, a morph that keeps what the reader is doing, refresh, theme, menus.
import htmx from "htmx.org/dist/htmx.esm.js";
import { registerMorph } from "./morph.js";
import { startRefreshing } from "./refresh.js";
import { startTheme } from "./theme.js";
import { startMenus } from "./menus.js";

window.htmx = htmx;
registerMorph(htmx);
startRefreshing(htmx);
startTheme();
startMenus();
document.querySelector("[data-focus]")?.focus();
