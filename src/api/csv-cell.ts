/** What a spreadsheet would run as a formula. OWASP, CSV injection. */
const FORMULA = /^[=+\-@\t\r]/;

/** One cell of a CSV file (RFC 4180): never a formula, whoever wrote it. */
function csvCell(value: string): string {
  const harmless = FORMULA.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

export const csvLine = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`;
