/** An image that is attached to a mail and used in its HTML. */
export interface InlineImage {
  /** The id of the send: several recipients share it. */
  providerMessageId: string;
  contentId: string;
  type: string;
  /** Base64. */
  content: string;
}

/** Types that mail programs show, without SVG. Derived from the file extension where no type was given. */
const types: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
};
const shown = new Set(Object.values(types));

export const typeOfFile = (name: string): string | undefined => types[name.split('.').at(-1)!.toLowerCase()];
export const isShown = (type: string): boolean => shown.has(type.toLowerCase());

/** An attribute or style that refers to an image, up to its id. */
const reference = /((?:\b(?:src|background)\s*=|url\()\s*["']?)cid:([^"'\s)>]+)/gi;

/** The HTML with the mail's own images inserted. */
export function withImages(html: string, images: readonly InlineImage[]): string {
  return html.replace(reference, (whole, before: string, id: string) => {
    const found = images.find(({ contentId }) => contentId === id || contentId === decoded(id));
    return found ? `${before}data:${found.type};base64,${found.content.replace(/[\r\n]/g, '')}` : whole;
  });
}

function decoded(id: string): string | undefined {
  try {
    return decodeURIComponent(id);
  } catch {
    return undefined;
  }
}
