import { type CreateEmailOptions, Resend, type Response as SdkAnswer } from 'resend';

/** A request as the SDK builds it. */
export interface SdkRequest {
  method: 'GET' | 'POST';
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** Returns each request instead of sending it: the SDK does not report whether a request was written. */
class RequestMaker extends Resend {
  override fetchRequest<T>(
    path: string,
    options: { method?: string; headers?: Headers; body?: string } = {},
  ): Promise<SdkAnswer<T>> {
    const { method = 'GET', headers, body } = options;
    const request = { method, path, headers: Object.fromEntries(headers ?? []), ...(body !== undefined && { body }) };
    return Promise.resolve({ data: request, error: null, headers: null } as SdkAnswer<T>);
  }
}

/** Builds requests with Resend's SDK; our own HTTP client sends them. */
export class RequestBuilder {
  private readonly resend: RequestMaker;

  constructor(apiKey: string) {
    this.resend = new RequestMaker(apiKey);
  }

  single = async (email: CreateEmailOptions, idempotencyKey: string): Promise<SdkRequest> =>
    given(await this.resend.emails.send(email, { idempotencyKey }));

  // Permissive: an invalid member is refused alone.
  batch = async (emails: CreateEmailOptions[], idempotencyKey: string): Promise<SdkRequest> =>
    given(await this.resend.batch.send(emails, { idempotencyKey, batchValidation: 'permissive' }));

  retrieve = async (id: string): Promise<SdkRequest> => given(await this.resend.emails.get(id));

  list = async (after: string | undefined): Promise<SdkRequest> =>
    given(await this.resend.emails.list({ limit: 100, ...(after !== undefined && { after }) }));

  domains = async (): Promise<SdkRequest> => given(await this.resend.domains.list());
}

function given({ data, error }: { data: unknown; error: { message: string } | null }): SdkRequest {
  if (error) throw new Error(`Resend’s library refuses the request: ${error.message}`);
  return data as SdkRequest;
}
