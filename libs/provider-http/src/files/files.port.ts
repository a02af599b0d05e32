/**
 * Why there is no file. `forbidden`: its URL leads where nothing may be fetched from. `missing`: its server does not
 * give it. `unusable`: what came is no file. `unreachable`: it may come later.
 */
export type FileFault = 'forbidden' | 'missing' | 'too-large' | 'unusable' | 'unreachable';

/** `type`: as its server calls it, without parameters; undefined: it does not say. */
export type FetchedFile =
  { fetched: true; content: Buffer; type: string | undefined } | { fetched: false; fault: FileFault };

/** What its server tells of a file; undefined: nothing. */
export interface FileFacts {
  bytes: number | undefined;
  type: string | undefined;
}

export interface FetchLimits {
  mostBytes: number;
  /** For the whole of it, redirects included. */
  withinMs: number;
}

/**
 * Files that requests name by URL: somebody else's word, so only public https addresses are asked. Faults are values.
 */
export abstract class Files {
  abstract fetch(url: string, limits: FetchLimits): Promise<FetchedFile>;

  /** Without the file itself; undefined: its server could not be asked. */
  abstract look(url: string, withinMs: number): Promise<FileFacts | undefined>;
}
