/**
 * Why there is no file. `forbidden`: its URL leads to an address that may not be fetched from. `missing`: its server
 * does not have it. `unusable`: the response is not a file. `unreachable`: a later attempt may succeed.
 */
export type FileFault = 'forbidden' | 'missing' | 'too-large' | 'unusable' | 'unreachable';

/** `type`: the media type that its server states, without parameters; undefined: none. */
export type FetchedFile =
  { fetched: true; content: Buffer; type: string | undefined } | { fetched: false; fault: FileFault };

/** What its server states about a file; undefined: nothing. */
export interface FileFacts {
  bytes: number | undefined;
  type: string | undefined;
}

export interface FetchLimits {
  mostBytes: number;
  /** For the whole fetch, redirects included, in milliseconds. */
  withinMs: number;
}

/**
 * Fetches files that requests name by URL. The URLs come from outside, so only public https addresses are fetched.
 * Failures are values.
 */
export abstract class Files {
  abstract fetch(url: string, limits: FetchLimits): Promise<FetchedFile>;

  /** What its server states about a file, without fetching it; undefined: the server could not be asked. */
  abstract look(url: string, withinMs: number): Promise<FileFacts | undefined>;
}
