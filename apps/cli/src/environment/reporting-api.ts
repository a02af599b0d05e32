import { existsSync, readFileSync } from 'node:fs';
import { CliError, reasonOf } from '../errors.ts';
import { dataDirOf, type Env, valueOf } from './env.ts';
import { layoutOf } from './layout.ts';

/** Where the reporting API is, and the key to call it with. */
export interface ReportingAccess {
  url: string;
  /** Empty where there is none. */
  key: string;
}

/** By the settings, else what `npm start` keeps in DATA_DIR. */
export function reportingAccessOf(env: Env): ReportingAccess {
  const file = layoutOf(dataDirOf(env)).apiKey;
  const key = valueOf(env, 'REPORTING_KEY') ?? (existsSync(file) ? readFileSync(file, 'utf8').trim() : '');
  const url = env['REPORTING_URL'] || `http://127.0.0.1:${env['REPORTING_PORT'] || 8080}`;
  return { url: url.replace(/\/$/, ''), key };
}

/** A refusal of the API, in its own words. */
export class ApiRefusal extends CliError {
  readonly status: number;

  constructor(status: number, message: string, remedies: readonly string[]) {
    super(message, remedies);
    this.name = 'ApiRefusal';
    this.status = status;
  }
}

/** The API of the reporting service: all that people and tools call. */
export class ReportingApi {
  private readonly access: ReportingAccess;

  constructor(env: Env) {
    this.access = reportingAccessOf(env);
  }

  /**
   * @param path below `/v1/`
   * @param operationId the caller’s name for what is asked for: the same again is the same operation
   * @throws ApiRefusal where the service does not do it; CliError where it does not answer
   */
  async call<T>(method: 'GET' | 'POST', path: string, body?: object, operationId?: string): Promise<T> {
    const { url, key } = this.access;
    if (key === '')
      throw new CliError('There is no API key to call the reporting service with.', [
        'set REPORTING_KEY, or REPORTING_KEY_FILE, to a key that an admin made with messaging keys create',
        'npm start, if it is the local one: it keeps its key in .data/api-key',
      ]);
    const response = await fetch(`${url}/v1/${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body && { 'content-type': 'application/json' }),
        ...(operationId !== undefined && { 'idempotency-key': operationId }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    }).catch((cause: unknown) => {
      throw new CliError(
        `The reporting service at ${url} (REPORTING_URL) does not answer: ${reasonOf(cause)}`,
        ['npm start, if it is the local one; npm run status shows it', 'correct REPORTING_URL'],
        { cause },
      );
    });
    if (!response.ok) throw await refusalOf(response);
    return (await response.json()) as T;
  }
}

async function refusalOf(response: Response): Promise<ApiRefusal> {
  const { message, remedy } = (await response.json().catch(() => ({}))) as { message?: string; remedy?: string };
  const what = message ?? `the reporting service answered ${response.status}`;
  return new ApiRefusal(response.status, `${what.charAt(0).toUpperCase()}${what.slice(1)}.`, remedy ? [remedy] : []);
}

/** The query of a path, with its question mark; none where nothing is named. */
export function queryOf(values: Readonly<Record<string, string | undefined>>): string {
  const named = Object.entries(values).filter((each): each is [string, string] => each[1] !== undefined);
  return named.length === 0 ? '' : `?${new URLSearchParams(named).toString()}`;
}
