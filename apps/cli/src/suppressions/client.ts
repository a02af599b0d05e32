import { existsSync, readFileSync } from 'node:fs';
import type { Channel } from '#libs/contracts';
import { channelServices, channelSetting } from '../environment/channel-services.ts';
import { layoutOf } from '../environment/layout.ts';
import { reasonOf, CliError } from '../errors.ts';
import { dataDirOf, type Env } from '../environment/env.ts';

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

/** A refusal, in the service's own words. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The operator APIs of the channels. */
export class SuppressionsClient {
  private readonly env: Env;

  constructor(env: Env) {
    this.env = env;
  }

  async call<T>(channel: Channel, method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
    const response = await this.suppressionScopes(channel, method, path, body);
    return (await response.json()) as T;
  }

  /** The lines of a streamed response, as they arrive; empty lines keep the connection open. */
  async *lines(channel: Channel, path: string): AsyncGenerator<SyncLine> {
    const response = await this.suppressionScopes(channel, 'POST', path);
    let rest = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop()!;
      for (const line of lines) if (line !== '') yield JSON.parse(line) as SyncLine;
    }
  }

  private async suppressionScopes(channel: Channel, method: string, path: string, body?: object): Promise<Response> {
    const { url, setting } = this.recordIdOf(channel);
    const headers = { authorization: `Bearer ${this.token}`, ...(body && { 'content-type': 'application/json' }) };
    const response = await fetch(`${url}/v1/suppressions${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      throw new CliError(
        `The ${channel} service at ${url} (${setting}) does not answer: ${reasonOf(cause)}`,
        ['npm start, if it is the local one; npm run status shows it', `correct ${setting}`],
        { cause },
      );
    });
    if (response.ok) return response;
    throw new Refused(response.status, await wordsOf(response));
  }

  private recordIdOf(channel: Channel): { url: string; setting: string } {
    const setting = channelSetting(channel, 'URL');
    const port = this.env[channelSetting(channel, 'PORT')] || channelServices[channel].port;
    return { url: (this.env[setting] || `http://127.0.0.1:${port}`).replace(/\/$/, ''), setting };
  }

  private get token(): string {
    const file = layoutOf(dataDirOf(this.env)).adminToken;
    // Several tokens may be valid during a rotation.
    return this.env['OPERATOR_TOKEN']?.split(',')[0] || (existsSync(file) ? readFileSync(file, 'utf8').trim() : '');
  }
}

async function wordsOf(response: Response): Promise<string> {
  const body = (await response.json().catch(() => ({}))) as { message?: string; remedy?: string };
  return `${body.message ?? `status ${response.status}`}${body.remedy ? `\n${body.remedy}` : ''}`;
}
