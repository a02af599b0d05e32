import { Injectable } from '@nestjs/common';
import { keywordOf, type Reply } from '../webhook/inbound.policy.ts';

const WINDOW_MS = 24 * 3_600_000;

/** What people have written: who opted out, and who wrote on WhatsApp within a day. In memory. */
@Injectable()
export class PeopleService {
  private readonly optedOut = new Set<string>();
  private readonly heardAt = new Map<string, number>();

  /** @param now milliseconds of the epoch */
  hear(reply: Reply, now: number): void {
    if (reply.channel === 'whatsapp') {
      this.heardAt.set(pair(reply.from, reply.to), now);
      this.heardAt.set(pair(reply.from, ''), now);
    }
    if (reply.channel !== 'sms') return;
    const keyword = keywordOf(reply.body);
    const key = pair(reply.from, reply.messagingServiceSid ?? reply.to);
    if (keyword === 'STOP') this.optedOut.add(key);
    if (keyword === 'START') this.optedOut.delete(key);
  }

  /** @param sender the number or Messaging Service to which a STOP would have been sent */
  hasOptedOut(person: string, sender: string): boolean {
    return this.optedOut.has(pair(person, sender));
  }

  /** @param sender null while a Messaging Service has not chosen one: then any sender */
  isInWindow(person: string, sender: string | null, now: number): boolean {
    const at = this.heardAt.get(pair(person, sender ?? ''));
    return at !== undefined && now - at < WINDOW_MS;
  }

  forget(): void {
    this.optedOut.clear();
    this.heardAt.clear();
  }
}

const pair = (person: string, sender: string) => `${person} ${sender}`;
