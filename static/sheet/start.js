// The official form as a grid. Without it the form still works: 保存 sends it and the page comes back.

import "./codes.js";
import "./shaping.js";
import "./edits.js";
import "./selection.js";
import "./judging.js";
import "./moving.js";
import "./clipboard.js";
import "./notes.js";
import "./zeros.js";
import "./offers.js";
import "./books.js";
import "./saving.js";
