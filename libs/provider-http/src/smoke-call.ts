/**
 * The parts of a provider's response that a smoke test reads. Never printed whole: it may contain addresses or a token.
 */
export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** One request to a provider, with a timeout of 15 seconds; a network failure is a response with status 0. */
export async function smokeCall(url: string, init: RequestInit): Promise<Answer> {
  try {
    const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(15_000) });
    const body = (await answer.json().catch(() => ({}))) as Record<string, unknown>;
    return { status: answer.status, body };
  } catch {
    return { status: 0, body: {} };
  }
}

export const statusWords = (status: number): string =>
  status === 0 ? 'it could not be reached' : `it answered with status ${status}`;
