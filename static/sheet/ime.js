// Keys that belong to an input method, not to the form.
//
// Chromium gives them code 229 and says isComposing until after compositionend; WebKit, and some Chinese input methods,
// end the composition first and only then hand on the Enter that ended it. Such a key comes before the key is let go.

let justEnded = 0;
document.addEventListener("compositionend", (event) => { justEnded = event.timeStamp; }, true);
document.addEventListener("keyup", () => { justEnded = 0; }, true);

const AT_ONCE = 100; // milliseconds: nobody presses twice in that time
export function isOfInputMethod(event) {
  if (event.isComposing || event.keyCode === 229) return true;
  return justEnded > 0 && event.timeStamp - justEnded < AT_ONCE;
}
