/** A link as it is handed over. The server names its public address; where it knows none, this page's is the best there is. */
export function whole(url: string, origin = location.origin): string {
  return new URL(url, origin).href;
}

/** Whether an address is good on this machine alone. */
export function isHereAlone(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname.endsWith('.localhost') || hostname === '[::1]' || /^127\./.test(hostname);
}
