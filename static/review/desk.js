// The reviewer's desk: one filing after the other without leaving the page. Each module is a subject; without any of them
// the page's forms and links do the same, a page at a time.
"use strict";

import { arrive } from "./arriving.js";
import "./compact.js";
import "./later.js";
import "./panels.js";
import "./reasons.js";
import "./doubts.js";
import "./keys.js";
import "./swapping.js";

arrive({ isSame: false, isRefused: false, isFirst: true });
