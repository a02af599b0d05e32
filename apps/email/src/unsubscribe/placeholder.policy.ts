import type { EmailRequested, FieldError } from '#libs/contracts';

const NAME = String.raw`(?:resend[_-]?)?unsubscribe(?:[_-]?(?:url|link))?`;
const GAP = String.raw`(?:\s|%20|&nbsp;)*`;

/**
 * Placeholders in text and HTML for the recipient's own link. Ours is {{unsubscribeUrl}}; also accepted are three
 * braces, another case, underscores, the forms of SendGrid (<%unsubscribe%>, {{unsubscribe}}) and Resend
 * ({{{RESEND_UNSUBSCRIBE_URL}}}), and what HTML editors make of them in a URL (%7B%7B…%7D%7D).
 */
const places = new RegExp(
  [
    String.raw`(?:\{\{\{|%7B%7B%7B)${GAP}${NAME}${GAP}(?:\}\}\}|%7D%7D%7D)`,
    String.raw`(?:\{\{|%7B%7B)(?:&(?:amp;)?)?${GAP}${NAME}${GAP}(?:\}\}|%7D%7D)`,
    String.raw`(?:<|&lt;)%${GAP}${NAME}${GAP}%(?:>|&gt;)`,
  ].join('|'),
  'gi',
);

/** SendGrid's own tags for its unsubscribe groups. */
const groupTag = /<%\s*asm_(?:group_unsubscribe|global_unsubscribe|preferences)(?:_raw)?_url\s*%>/i;

/** What looks like a placeholder for the link, but is none that anything replaces. */
const nearMiss =
  /(?:\{\{|%7B%7B|<%|&lt;%)(?:(?!\}\}|%7D%7D|%>|%&gt;)[^\n]){0,60}?unsub(?:(?!\{\{|<%)[^\n]){0,60}?(?:\}\}|%7D%7D|%>|%&gt;)/i;

/** The text with its placeholders replaced by the link. */
export const withLink = (text: string, link: string): string => text.replace(places, () => link);

/** Whether the text has a tag that SendGrid alone replaces. */
export const hasGroupTag = (text: string | undefined): boolean => text !== undefined && groupTag.test(text);

const rules = {
  subject: 'cannot hold the unsubscribe link: put it into text or html',
  noLink: 'holds a place for the unsubscribe link, and this mail has none: give unsubscribe, or category marketing',
  ownHeader:
    'holds a place for the unsubscribe link, and headers bring a List-Unsubscribe of their own: write the ' +
    'address itself',
  unknown: 'holds a placeholder about unsubscribing that nothing fills: write {{unsubscribeUrl}}',
};

/**
 * Placeholders for the unsubscribe link that nothing would replace, field by field.
 * @param way whether the mail will have a link, has a header of its own instead, or has neither
 */
export function placeholderProblems(
  { subject, text, html }: Pick<EmailRequested, 'subject' | 'text' | 'html'>,
  way: 'link' | 'own header' | 'none',
): FieldError[] {
  const found: FieldError[] = [];
  if (
    subject !== undefined &&
    isAboutIt(subject) &&
    (subject.search(places) >= 0 || nearMiss.test(withoutGroupTags(subject)))
  )
    found.push({ field: 'subject', rule: rules.subject });
  for (const [field, content] of Object.entries({ text, html })) {
    if (content === undefined || !isAboutIt(content)) continue;
    if (way !== 'link' && content.search(places) >= 0)
      found.push({ field, rule: way === 'none' ? rules.noLink : rules.ownHeader });
    else if (nearMiss.test(withoutGroupTags(withLink(content, '')))) found.push({ field, rule: rules.unknown });
  }
  return found;
}

/** Every placeholder contains this; most mails do not, and are not searched any further. */
const isAboutIt = (text: string): boolean => /unsub/i.test(text);

const withoutGroupTags = (text: string): string => text.replace(new RegExp(groupTag, 'gi'), '');
