import type { SandboxMessage } from '../inbox/message.ts';
import type { ProviderSimulator } from '../simulator.ts';

const iso = (at: number) => new Date(at).toISOString();

/** A message in the form of the control API and the page. */
export function viewOf(message: SandboxMessage, simulator: Pick<ProviderSimulator, 'viewOf'>): Record<string, unknown> {
  return {
    provider: message.provider,
    reference: message.reference,
    callId: message.callId,
    to: message.to,
    from: message.from && bareAddress(message.from),
    ...simulator.viewOf(message),
    acceptedAt: iso(message.acceptedAt),
    providerMessageId: message.providerMessageId,
    status: message.status,
    events: message.events
      .filter(({ webhook }) => webhook !== 'planned')
      .map(({ step, at, webhook }) => ({ event: step.event, at: iso(at), webhook })),
  };
}

/** The address in `Name <address>`, or the address itself. */
const bareAddress = (mailbox: string) => /<([^<>]+)>\s*$/.exec(mailbox)?.[1] ?? mailbox;
