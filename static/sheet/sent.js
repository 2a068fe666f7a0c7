// 确定上报 froze what was typed: nothing of it is kept in this browser any longer.

import { forgetFiling } from "./kept.js";

document.querySelectorAll("[data-sent-page]").forEach((place) => forgetFiling(place.dataset.sentPage));
