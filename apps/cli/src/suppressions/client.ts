import type { Channel } from '#libs/contracts';
import type { OperatorApi } from '../environment/operator-api.ts';

export interface Suppression {
  channel: Channel;
  recipient: string;
  mask?: string;
  scope: string;
  tenant?: string;
  reason: string;
  at: string;
  lifted: boolean;
  provider?: string;
  source?: string;
  note?: string;
  by?: string;
}

export interface SyncLine {
  provider?: string;
  list?: string;
  read?: number;
  published?: number;
  trouble?: string;
  done?: boolean;
  error?: { message: string; remedy: string };
}

/** The suppressions of the channels, by their operator APIs. */
export class SuppressionsClient {
  private readonly api: OperatorApi;

  constructor(api: OperatorApi) {
    this.api = api;
  }

  call<T>(channel: Channel, method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
    return this.api.call<T>(channel, method, `suppressions${path}`, body);
  }

  /** The lines of a streamed response, as they arrive; empty lines keep the connection open. */
  async *lines(channel: Channel, path: string): AsyncGenerator<SyncLine> {
    const response = await this.api.answer(channel, 'POST', `suppressions${path}`);
    let rest = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      for (const line of lines) if (line !== '') yield JSON.parse(line) as SyncLine;
    }
  }
}
