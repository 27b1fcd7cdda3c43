import type { components } from './schema';

type Body = components['schemas']['Problem'];

/** A field at fault: its path ("emails[0].value"), the rule it breaks, and that in words. */
export type FieldFault = components['schemas']['ProblemField'];

/** What the server answered instead (RFC 9457), or that it did not answer at all. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: FieldFault[];
  /** Seconds until it is worth another try; 0 when the server did not say. */
  readonly retryAfter: number;

  constructor(status: number, code: string, detail: string, fields: FieldFault[] = [], retryAfter = 0) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.fields = fields;
    this.retryAfter = retryAfter;
  }

  /** The server could not be reached. */
  get offline(): boolean {
    return this.code === 'offline';
  }

  /** The record has been changed since it was read. */
  get stale(): boolean {
    return this.status === 412;
  }

  /** What is said of a field, "" when nothing is. */
  field(path: string): string {
    return this.fields.find((f) => f.path === path)?.message ?? '';
  }
}

/** Reads an answer that is no success. */
export function problemOf(response: Response, body: unknown): Problem {
  const given = (body ?? {}) as Partial<Body>;
  const fields = (given.errors ?? []).map((f) => ({ ...f, path: f.path.replace(/^body\./, '') }));
  return new Problem(
    response.status,
    given.code ?? `status_${response.status}`,
    given.detail || given.title || `The server answered ${response.status}.`,
    fields,
    Number(response.headers.get('Retry-After')) || 0,
  );
}

/** Anything that was thrown, as a Problem. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  return new Problem(0, 'unexpected', thrown instanceof Error ? thrown.message : String(thrown));
}
