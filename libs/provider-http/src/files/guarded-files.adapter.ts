import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, type Dispatcher, request } from 'undici';
import { type AllowedAddresses, isFetchable, mayFetchFrom } from './address.policy.ts';
import { type FetchedFile, type FetchLimits, type FileFacts, type FileFault, Files } from './files.port.ts';

const MOST_REDIRECTS = 3;
const redirects = new Set([301, 302, 303, 307, 308]);
/** Statuses that mean "later". */
const passing = new Set([408, 425, 429]);
/** Identity: the response is attached as it is. Nothing else is sent: no credentials, no cookies, no referrer. */
const headers = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'messaging-integrations' };

type Answer = Dispatcher.ResponseData;
/** Resolves a host name to all its addresses. */
export type AddressBook = (
  host: string,
  options: { all: true },
  done: (error: Error | null, found: LookupAddress[]) => void,
) => void;

class NoFile extends Error {
  readonly fault: FileFault;

  constructor(fault: FileFault) {
    super(fault);
    this.fault = fault;
  }
}

/**
 * Fetches over connections of its own. The host name is resolved while connecting, and the checked address is the one
 * connected to, so a name that resolves differently a moment later has no effect. Each redirect is checked again.
 */
export class GuardedFiles extends Files {
  private readonly allowed: AllowedAddresses;
  private readonly agent: Agent;

  constructor(allowed: AllowedAddresses, addressBook: AddressBook = systemLookup) {
    super();
    this.allowed = allowed;
    this.agent = new Agent({
      allowH2: false,
      connections: 8,
      keepAliveTimeout: 1_000,
      connect: { lookup: this.checked(addressBook), timeout: 5_000 },
    });
  }

  async fetch(url: string, { mostBytes, withinMs }: FetchLimits): Promise<FetchedFile> {
    try {
      const answer = await this.open(url, 'GET', within(withinMs));
      return { fetched: true, content: await contentOf(answer, mostBytes), type: typeOf(answer) };
    } catch (error) {
      return { fetched: false, fault: error instanceof NoFile ? error.fault : 'unreachable' };
    }
  }

  async look(url: string, withinMs: number): Promise<FileFacts | undefined> {
    const signal = within(withinMs);
    const reported = await this.factsBy('HEAD', url, signal);
    if (reported && reported.bytes !== 0) return reported;
    // Links that are signed for GET, and some servers, refuse HEAD or return no headers: then GET is used and the body
    // not read.
    return (await this.factsBy('GET', url, signal)) ?? reported;
  }

  /** Nest calls it when the service stops. */
  async onApplicationShutdown(): Promise<void> {
    await this.agent.destroy();
  }

  private async factsBy(method: 'HEAD' | 'GET', url: string, signal: AbortSignal): Promise<FileFacts | undefined> {
    try {
      const answer = await this.open(url, method, signal);
      leave(answer);
      return answer.statusCode === 200 ? { bytes: lengthOf(answer), type: typeOf(answer) } : undefined;
    } catch {
      return undefined;
    }
  }

  /**
   * The response after all redirects.
   * @throws NoFile, or the error of the connection
   */
  private async open(address: string, method: 'HEAD' | 'GET', signal: AbortSignal): Promise<Answer> {
    let url = URL.parse(address);
    for (let redirected = 0; redirected <= MOST_REDIRECTS; redirected += 1) {
      if (!url || !this.mayAsk(url)) throw new NoFile('forbidden');
      const answer = await request(url, { dispatcher: this.agent, method, headers, signal });
      const { location } = answer.headers;
      if (!redirects.has(answer.statusCode) || typeof location !== 'string') return answer;
      leave(answer);
      url = URL.parse(location, url.href);
    }
    throw new NoFile('missing');
  }

  /** A literal address is never resolved, so it is checked here. */
  private mayAsk(url: URL): boolean {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const isAddress = host.includes(':') || /^[\d.]+$/.test(host);
    return isFetchable(url) && (!isAddress || mayFetchFrom(host, this.allowed));
  }

  /** One forbidden address of a host name is enough: it is undefined which of them a connection uses. */
  private checked(addressBook: AddressBook): LookupFunction {
    return (host, { all }, done) => {
      addressBook(host, { all: true }, (error, found) => {
        if (error) return done(error, []);
        const [first] = found;
        if (!first || found.some(({ address }) => !mayFetchFrom(address, this.allowed)))
          return done(new NoFile('forbidden'), []);
        if (all) done(null, found);
        else done(null, first.address, first.family);
      });
    };
  }
}

/** The rest of a duration, as a whole number of at least 1, as timers need it. */
const within = (ms: number) => AbortSignal.timeout(Math.max(1, Math.ceil(ms)));

async function contentOf(answer: Answer, mostBytes: number): Promise<Buffer> {
  const fault = faultOf(answer, mostBytes);
  if (fault) {
    leave(answer);
    throw new NoFile(fault);
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of answer.body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new NoFile('too-large');
    chunks.push(chunk);
  }
  if (bytes === 0) throw new NoFile('unusable');
  return Buffer.concat(chunks);
}

function faultOf(answer: Answer, mostBytes: number): FileFault | undefined {
  const { statusCode: status } = answer;
  if (status >= 500 || passing.has(status)) return 'unreachable';
  if (status !== 200) return 'missing';
  const encoding = answer.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') return 'unusable';
  return (lengthOf(answer) ?? 0) > mostBytes ? 'too-large' : undefined;
}

function lengthOf({ headers: { 'content-length': reported } }: Answer): number | undefined {
  const bytes = typeof reported === 'string' && /^\d+$/.test(reported) ? Number(reported) : undefined;
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

function typeOf({ headers: { 'content-type': reported } }: Answer): string | undefined {
  const [type] = (typeof reported === 'string' ? reported : '').split(';');
  return /^[\w.+-]+\/[\w.+-]+$/.test(type!.trim()) ? type!.trim().toLowerCase() : undefined;
}

/** The body is not needed: closing its connection is cheaper than reading it. */
function leave({ body }: Answer): void {
  body.on('error', () => {}).destroy();
}
