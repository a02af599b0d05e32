import Handlebars from 'handlebars';

export interface Source {
  subject: string;
  html: string;
  plain: string;
}

type Options = Handlebars.HelperOptions;
const branch = (when: boolean, self: unknown, { fn, inverse }: Options): string => (when ? fn(self) : inverse(self));

/** The helpers of SendGrid's own Handlebars (docs, Using Handlebars), as far as they affect the text. */
function engine(): typeof Handlebars {
  const own = Handlebars.create();
  own.registerHelper({
    equals(this: unknown, a: unknown, b: unknown, options: Options) {
      return branch(String(a) === String(b), this, options);
    },
    notEquals(this: unknown, a: unknown, b: unknown, options: Options) {
      return branch(String(a) !== String(b), this, options);
    },
    and(this: unknown, a: unknown, b: unknown, options: Options) {
      return branch(Boolean(a) && Boolean(b), this, options);
    },
    or(this: unknown, a: unknown, b: unknown, options: Options) {
      return branch(Boolean(a) || Boolean(b), this, options);
    },
    greaterThan(this: unknown, a: unknown, b: unknown, options: Options) {
      return branch(Number(a) > Number(b), this, options);
    },
    lessThan(this: unknown, a: unknown, b: unknown, options: Options) {
      return branch(Number(a) < Number(b), this, options);
    },
    length(this: unknown, a: unknown, options: Options) {
      return branch(Array.isArray(a) && a.length > 0, this, options);
    },
    insert(value: unknown, standard: unknown) {
      return value || (typeof standard === 'string' ? standard.replace(/^default=/, '') : '');
    },
  });
  return own;
}
const handlebars = engine();

/** The parse error of a template; undefined: none. */
export function unreadable({ subject, html, plain }: Source): string | undefined {
  try {
    for (const text of [subject, html, plain]) Handlebars.parse(text);
    return undefined;
  } catch (error) {
    return (error as Error).message.split('\n', 1)[0];
  }
}

/** The parts with the variables replaced; a missing one is replaced by nothing. Undefined: a helper does not exist. */
export function rendered(source: Source, variables: Readonly<Record<string, unknown>>): Source | undefined {
  const render = (text: string, noEscape: boolean) => handlebars.compile(text, { noEscape })(variables);
  try {
    return {
      subject: render(source.subject, true),
      html: render(source.html, false),
      plain: render(source.plain, true),
    };
  } catch {
    return undefined;
  }
}
