/** A value inside a problem's text: in quotes, no line breaks, not longer than a line. */
export function quoted(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
}
