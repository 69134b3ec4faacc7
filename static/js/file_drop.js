// A file that is dropped anywhere on the page. While one is held over it, a veil says what will happen.

/** @param {HTMLElement} veil @param {(file: File) => void} open */
export function listenToDrops(veil, open) {
  /** @param {DragEvent} event */
  const withFile = (event) => event.dataTransfer?.types.includes("Files") ?? false;

  /** @param {boolean} shown */
  const show = (shown) => {
    if (veil.matches(":popover-open") !== shown) veil.togglePopover(shown);
  };

  /** @param {DragEvent} event */
  const over = (event) => {
    if (!withFile(event)) return;
    event.preventDefault(); // else the browser would leave the page to show the file
    show(true);
  };
  document.addEventListener("dragenter", over);
  document.addEventListener("dragover", over);
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) show(false); // out of the window
  });
  document.addEventListener("drop", (event) => {
    show(false);
    if (!withFile(event)) return;
    event.preventDefault();
    const [file] = event.dataTransfer?.files ?? [];
    if (file) open(file);
  });
}
