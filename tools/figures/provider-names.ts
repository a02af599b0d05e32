import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Where a provider may be named: its own folder, its simulator’s, and the two catalogues. */
const OWN_PLACES = [/^apps\/[^/]+\/src\/providers\//, /^apps\/sandbox\/src\/simulators\//];

/** `resend` is a verb as well: what goes again, and not the company. */
const VERB = /^(may|waiting|template)resend|^resends?$|resend(s|ing|plans?|astemplate)|reconcile_resend/i;

/** A file that names a provider though it is none’s own, and how often its code does. */
export interface NamingFile {
  file: string;
  places: number;
}

/**
 * Counts the places in code where a provider is named outside its own folders: identifiers and texts, not comments.
 * @param files from `root`
 */
export function namingFiles(root: string, files: readonly string[]): NamingFile[] {
  return files
    .filter((file) => !OWN_PLACES.some((place) => place.test(file)))
    .map((file) => ({ file, places: namesIn(readFileSync(join(root, file), 'utf8')) }))
    .filter(({ places }) => places > 0)
    .toSorted((a, b) => b.places - a.places || a.file.localeCompare(b.file));
}

/** How often a source names a provider. */
export function namesIn(text: string): number {
  const source = ts.createSourceFile('a.ts', text, ts.ScriptTarget.Latest, true);
  let places = 0;
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && identifierNames(node)) places += 1;
    if (isText(node) && textNames(node.text)) places += 1;
    ts.forEachChild(node, visit);
  };
  visit(source);
  return places;
}

const isText = (node: ts.Node): node is ts.LiteralLikeNode =>
  ts.isStringLiteralLike(node) ||
  ts.isTemplateHead(node) ||
  ts.isTemplateMiddleOrTemplateTail(node) ||
  ts.isRegularExpressionLiteral(node);

function identifierNames({ text, parent }: ts.Identifier): boolean {
  if (/sendgrid|twilio/i.test(text)) return true;
  // Alone it is the provider where it stands beside another one, as in { sendgrid: …, resend: … }.
  if (text === 'resend') return /sendgrid|twilio/i.test(parent.parent?.getText() ?? '');
  return /resend/i.test(text) && !VERB.test(text);
}

/** In a sentence the verb is written small; alone, small is the name that settings and records use. */
const textNames = (text: string): boolean =>
  /sendgrid|twilio|\bResend\b|^resend$|\/resend\b(?!-plan)|\bresend:|^(SANDBOX_)?RESEND_[A-Z]/.test(text) ||
  /sendgrid|twilio/i.test(text);
