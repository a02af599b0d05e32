/** A picture that comes with a mail and stands in its HTML. */
export interface InlineImage {
  /** What the caller was told: several recipients share it. */
  providerMessageId: string;
  contentId: string;
  type: string;
  /** Base64. */
  content: string;
}

/** What mail programs show; SVG is not among it. By the ending of a file whose type was not given. */
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

/** An attribute or style that names a picture, up to its id. */
const reference = /((?:\b(?:src|background)\s*=|url\()\s*["']?)cid:([^"'\s)>]+)/gi;

/** The HTML as its reader sees it: what came with the mail stands in it. */
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
