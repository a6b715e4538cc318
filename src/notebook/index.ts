/** What cells show: figures, tables, claims, progress. Everything here is harmless outside a kernel. */
export { displayBundle, inNotebook, type MimeBundle } from './cell.js';
export { CLAIMS_MIME, showClaims } from './show-claims.js';
export { FIGURE_MIME, show, type FigureOptions } from './show-figure.js';
export { display, present } from './present.js';
export { cellControl, PROGRESS_MIME } from './progress.js';
export { showTable, TABLE_MIME, type TableOptions } from './show-table.js';
