/** What cells show: figures, tables, claims, progress. Everything here is harmless outside a kernel. */
export {
  displayBundle,
  inNotebook,
  type Comm,
  type CommChannel,
  type CommExtras,
  type CommMessage,
  type MimeBundle,
} from './cell.js';
export { CLAIMS_MIME, showClaims } from './show-claims.js';
export { FIGURE_MIME, show, type FigureOptions } from './show-figure.js';
export { ask, clearOutput, onCommOpen, openComm } from './interaction.js';
export { html, md, svg, type Markup } from './markup.js';
export { display, JUPYTER_DISPLAY, present, type Shown } from './present.js';
export { cellControl, PROGRESS_MIME } from './progress.js';
export { showTable, TABLE_MIME, type TableOptions } from './show-table.js';
