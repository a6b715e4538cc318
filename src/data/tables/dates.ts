const time = '(?:[T ]\\s*\\d{1,2}:\\d{2}(?::\\d{2}(?:[.,]\\d+)?)?\\s*(?:[AaPp][Mm])?\\s*(?:Z|[+-]\\d{2}:?\\d{2})?)?';
const forms = [
  new RegExp(`^\\d{4}[-/.]\\d{1,2}(?:[-/.]\\d{1,2})?${time}$`),
  new RegExp(`^\\d{1,2}[-/.]\\d{1,2}[-/.](?:\\d{4}|\\d{2})${time}$`),
  new RegExp(`^(?:\\p{L}+\\.?,?\\s+)?\\d{1,2}\\.?[\\s-]\\p{L}{3,}\\.?,?[\\s-](?:\\d{4}|\\d{2})${time}$`, 'u'),
  new RegExp(`^(?:\\p{L}+\\.?,?\\s+)?\\p{L}{3,}\\.?\\s+\\d{1,2},?\\s+\\d{4}${time}$`, 'u'),
  /^\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:[AaPp][Mm])?$/,
];

/** Whether a text is a date or a time of day in one of the usual forms. */
export function looksLikeDate(text: string): boolean {
  return forms.some((form) => form.test(text));
}

/** Whether a whole number is a date written as eight digits, year first. */
export function looksLikeCompactDate(text: string): boolean {
  return /^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/.test(text);
}
