/**
 * What a provider answered, as far as a trial looks at it. Never shown as a whole: it may hold addresses or a token.
 */
export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

/** Asks a provider once, for at most 15 seconds; a network failure is an answer with status 0. */
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
