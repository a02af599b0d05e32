/** The sandbox's control API, as tests use it. */
export class SandboxControl {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  /** A provider's fault, as the sandbox's API defines it; it replaces the one before. */
  async fault(provider: string, fault: object | null): Promise<void> {
    const answer = await fetch(`${this.url}/_sandbox/faults`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ [provider]: fault }),
    });
    if (!answer.ok) throw new Error(`the sandbox refused the fault: ${await answer.text()}`);
  }

  /** What it has accepted under a reference of ours. */
  async taken(messageId: string): Promise<{ callId: string; providerMessageId: string }[]> {
    const answer = await fetch(`${this.url}/_sandbox/messages?reference=${encodeURIComponent(messageId)}&limit=100`);
    return ((await answer.json()) as { messages: { callId: string; providerMessageId: string }[] }).messages;
  }
}
