import { setTimeout as delay } from 'node:timers/promises';
import { holdByHeaders, type ListPage, type ListRemoval, SuppressionLists } from '#libs/providers';
import { bearerHeaders } from './probe.adapter.ts';
import { CallBroken, type HttpResponse, ProviderHttp } from './provider-http.adapter.ts';

interface ListReaderOptions {
  http: ProviderHttp;
  headers: Record<string, string>;
  stopping: AbortSignal;
}

export interface ListsAccess {
  apiKey: string;
  baseUrl: string;
  timeoutMs: number;
  stopping: AbortSignal;
}

/** Describes what is wrong with a response that cannot be read. */
export const notAsDocumented = 'its answer is not the list that it documents';

export type Read = { read: true; body: unknown } | { read: false; trouble: string; status?: number };

const MOST_TRIES = 6;
/** A longer wait is not accepted, because a person is waiting for the result. */
const MOST_WAIT_MS = 90_000;

/** Reads pages as fast as the provider allows: its rate headers and Retry-After are honoured. */
export class ListReader {
  private readonly options: ListReaderOptions;
  private notBefore = 0;

  constructor(options: ListReaderOptions) {
    this.options = options;
  }

  async get(path: string): Promise<Read> {
    for (let round = 1; ; round += 1) {
      const waitMs = this.notBefore - Date.now();
      if (waitMs > MOST_WAIT_MS)
        return { read: false, trouble: `it asks to wait ${Math.round(waitMs / 1000)} s; run this again later` };
      if (waitMs > 0) await delay(waitMs, undefined, { signal: this.options.stopping }).catch(() => undefined);
      if (this.options.stopping.aborted) return { read: false, trouble: 'the service is stopping; run this again' };
      const answer = await this.ask(path);
      if (answer instanceof CallBroken) {
        if (round >= 3) return { read: false, trouble: `it cannot be reached (${answer.code})` };
        this.notBefore = Date.now() + 500 * round;
      } else {
        this.notBefore = holdByHeaders(answer.headers, Date.now()) ?? 0;
        if (answer.status !== 429 || round >= MOST_TRIES) return readOf(answer);
        this.notBefore = Math.max(
          this.notBefore,
          Date.now() + 1_000 * Math.max(1, Number(answer.headers['retry-after']) || 0),
        );
      }
    }
  }

  private async ask(path: string): Promise<HttpResponse | CallBroken> {
    const { http, headers } = this.options;
    try {
      return await http.call({ method: 'GET', path, headers });
    } catch (error) {
      if (error instanceof CallBroken) return error;
      throw error;
    }
  }
}

/** The suppression lists of a provider with an HTTP API. */
export abstract class HttpLists extends SuppressionLists {
  private readonly setting: string;
  private readonly access: ListsAccess;

  /** @param setting the name of the setting of the base URL */
  constructor(setting: string, access: ListsAccess) {
    super();
    this.setting = setting;
    this.access = access;
  }

  async *read(): AsyncGenerator<ListPage> {
    const { apiKey, baseUrl, timeoutMs, stopping } = this.access;
    const http = new ProviderHttp(this.setting, baseUrl, timeoutMs, 1);
    try {
      yield* this.pages(new ListReader({ http, headers: bearerHeaders(apiKey), stopping }));
    } finally {
      await http.close();
    }
  }

  async remove(address: string, scope: string): Promise<ListRemoval[]> {
    const { apiKey, baseUrl, timeoutMs } = this.access;
    const http = new ProviderHttp(this.setting, baseUrl, timeoutMs, 1);
    const removals: ListRemoval[] = [];
    try {
      for (const entry of this.entriesOf(encodeURIComponent(address), scope))
        removals.push(await removalOf(http, bearerHeaders(apiKey), entry));
    } finally {
      await http.close();
    }
    return removals;
  }

  protected abstract pages(reader: ListReader): AsyncGenerator<ListPage>;

  /** Where an address stands in the lists of a scope. @param address as it goes into a path */
  protected abstract entriesOf(address: string, scope: string): readonly ListEntry[];
}

/** An address in a list of a provider. */
export interface ListEntry {
  list: string;
  /** DELETE of it takes the address off. */
  path: string;
  /** What is wrong where the key may not do that. */
  unpermitted: string;
}

async function removalOf(
  http: ProviderHttp,
  headers: Record<string, string>,
  { list, path, unpermitted }: ListEntry,
): Promise<ListRemoval> {
  try {
    const { status } = await http.call({ method: 'DELETE', path, headers });
    if (status >= 200 && status < 300) return { list, removed: true };
    if (status === 404) return { list, removed: false };
    if (status === 401 || status === 403) return { list, trouble: unpermitted, passes: false };
    return { list, trouble: `it answers with status ${status}`, passes: status === 429 || status >= 500 };
  } catch (error) {
    if (!(error instanceof CallBroken)) throw error;
    return { list, trouble: `it cannot be reached (${error.code})`, passes: true };
  }
}

function readOf({ status, body }: HttpResponse): Read {
  if (status !== 200) return { read: false, status, trouble: `it answers with status ${status}` };
  try {
    return { read: true, body: JSON.parse(body) };
  } catch {
    return { read: false, trouble: 'its answer is not JSON' };
  }
}
