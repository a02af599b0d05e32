import { Injectable } from '@nestjs/common';
import type { InlineImage } from './inline-image.policy.ts';

/** Limit of all images together, in characters of base64: a load test with images must not fill the memory. */
const MOST = 64 * 1024 * 1024;

/** The images of mails, in memory and bounded: beyond the limit the oldest are dropped. */
@Injectable()
export class InlineImageStore {
  private readonly images = new Map<string, InlineImage[]>();
  private size = 0;

  add(image: InlineImage): void {
    this.images.set(image.providerMessageId, [...this.of(image.providerMessageId), image]);
    this.size += image.content.length;
    for (const [oldest, images] of this.images) {
      if (this.size <= MOST) break;
      this.images.delete(oldest);
      for (const { content } of images) this.size -= content.length;
    }
  }

  of(providerMessageId: string): readonly InlineImage[] {
    return this.images.get(providerMessageId) ?? [];
  }

  *oldestFirst(): Generator<InlineImage> {
    for (const images of this.images.values()) yield* images;
  }

  clear(): void {
    this.images.clear();
    this.size = 0;
  }
}
