/** Reads degrees as people type or paste them: 52.52, 52,52, 52°31'12"N. Undefined where it is no such number. */
export function readDegrees(text: string): number | undefined {
  const parts = /^\s*([-+−]?)\s*(\d+(?:[.,]\d+)?)\s*°?\s*(?:(\d+(?:[.,]\d+)?)\s*['′’]\s*(?:(\d+(?:[.,]\d+)?)\s*["″”]?)?)?\s*([NSEWOnsewo]?)\s*$/.exec(text);
  if (!parts) return undefined;
  const number = (s: string | undefined) => Number((s ?? '0').replace(',', '.'));
  const size = number(parts[2]) + number(parts[3]) / 60 + number(parts[4]) / 3600;
  const negative = parts[1] === '-' || parts[1] === '−' || /[SsWw]/.test(parts[5] ?? '');
  return negative ? -size : size;
}

/** Two at once, as maps give them to the clipboard: "52.52, 13.405", "geo:52.52,13.405?z=12". */
export function readPair(text: string): { latitude: number; longitude: number } | undefined {
  const plain = text.trim().replace(/^geo:/i, '').replace(/[?;].*$/, '');
  // A comma parts the two where each has a point, or where blanks stand beside it.
  const halves = /^(.+?)(?:\s*[,;]\s+|\s+)(.+)$/.exec(plain) ?? /^([^,]*\.[^,]*|[^,]*\d),([^,]+)$/.exec(plain);
  if (!halves) return undefined;
  const [latitude, longitude] = [readDegrees(halves[1]!), readDegrees(halves[2]!)];
  if (latitude === undefined || longitude === undefined || Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return undefined;
  return { latitude, longitude };
}

/** Six digits are a tenth of a metre. */
export function roundDegrees(n: number): number {
  return Math.round(n * 1e6) / 1e6;
}

/** "52.52000° N, 13.40500° E" */
export function sayPosition(latitude: number, longitude: number): string {
  return `${Math.abs(latitude).toFixed(5)}° ${latitude < 0 ? 'S' : 'N'}, ${Math.abs(longitude).toFixed(5)}° ${longitude < 0 ? 'W' : 'E'}`;
}

/** Opens the device's own map application (RFC 5870). */
export function geoLink(place: { latitude: number; longitude: number; name: string }): string {
  return `geo:${roundDegrees(place.latitude)},${roundDegrees(place.longitude)}?q=${roundDegrees(place.latitude)},${roundDegrees(place.longitude)}(${encodeURIComponent(place.name)})`;
}
