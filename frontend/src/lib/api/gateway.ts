/**
 * Whether an answer is a reverse proxy's own, which says that Umbra is away: 502 and 504
 * (RFC 9110 section 15.6), 503 unless it is a problem of Umbra's, and what Cloudflare has
 * for it (520 to 530). It is then as if there was no answer.
 */
export function fromGateway(response: Response): boolean {
  const { status } = response;
  if (status === 503) return !(response.headers.get('Content-Type') ?? '').includes('json');
  return status === 502 || status === 504 || (status >= 520 && status <= 530);
}

/** Fetches from Umbra; throws, as fetch does, where there is no answer of its own. */
export async function ask(request: RequestInfo, init?: RequestInit): Promise<Response> {
  const response = await fetch(request, init);
  if (fromGateway(response)) throw new TypeError(`A gateway answered ${response.status}.`);
  return response;
}
