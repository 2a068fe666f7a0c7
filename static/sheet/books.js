// A file dropped on the form is the firm's 利润表 or 资产负债表: it goes to the page that reads it beside the table. What is
// typed here is on its way to the draft when this page goes (saving.js).

const upload = document.getElementById("from-books");
const isFile = (event) => [...(event.dataTransfer?.types || [])].includes("Files");
const tell = (isOver) => { upload.dataset.over = isOver ? "yes" : ""; };

if (upload) {
  document.addEventListener("dragover", (event) => {
    if (!isFile(event)) return;
    event.preventDefault(); // or the browser opens the file in place of the form
    tell(true);
  });
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) tell(false); });
  document.addEventListener("drop", (event) => {
    if (!isFile(event)) return;
    event.preventDefault();
    tell(false);
    if (!event.dataTransfer.files.length) return;
    upload.elements.books.files = event.dataTransfer.files;
    upload.requestSubmit();
  });
}
